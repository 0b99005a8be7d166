"""An encoder tuned on the labels, with a linear head: read, scored, and judged on hidden labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nanonet.encode import POOLINGS, Encoder, Readout
from nanonet.errors import UserError
from nanonet.learn import (
    CONFIDENCE,
    Floats,
    LinearHead,
    at_confidence,
    blend,
    fit_softmax,
    half_split,
    one_hot,
    softmax,
    try_split,
)
from nanonet.pipeline.efforts import MANY_CLASSES, Plan
from nanonet.pipeline.material import Prepared
from nanonet.pipeline.stages import Stages
from nanonet.progress import NullProgress, Progress

if TYPE_CHECKING:
    from nanonet.distil import Place, TextEncoder

HEAD_C = 10.0
_CHUNK = 512


@dataclass(frozen=True)
class Job:
    """What every stage of a tuned fit shares.

    prior: class shares [C] estimated for the pool; source: what ``open_encoder`` opens.
    """

    texts: tuple[str, ...]
    y: NDArray[np.int64]
    pool: tuple[str, ...]
    classes: int
    prior: Floats
    prepared: Prepared
    plan: Plan
    seed: int
    source: str | Path | None
    place: Place
    stages: Stages
    bar: Progress


def check_tunable(source: str | Path | None) -> None:
    """Refuse an encoder that tuning could not change, before hours go into it."""
    from nanonet.distil import WarmUp, open_encoder, prepare

    encoder = open_encoder(source)
    try:
        prepare(encoder.model, WarmUp().mode, embeddings=False)
    except UserError as error:
        raise UserError(
            f"the encoder {encoder.name} ({type(encoder.model).__name__}) has no linear layers "
            "that could be tuned; choose another --encoder, or --effort quick"
        ) from error


def tuned_readouts(layers: int) -> tuple[Readout, ...]:
    """What the tuned encoder is read at: what the warm-up draws together."""
    return (Readout(layers, "mean"),)


def warmed(job: Job, rows: NDArray[np.int64], seed: int) -> TextEncoder:
    """A fresh encoder tuned on some labelled rows."""
    from nanonet.distil import WarmUp, open_encoder, warm_up

    plan = job.plan
    steps = plan.steps_many if job.classes > MANY_CLASSES else plan.steps
    encoder = open_encoder(job.source, plan.max_tokens)
    texts = [job.texts[row] for row in rows]
    settings = WarmUp(steps=steps)
    warm_up(encoder, texts, job.y[rows], settings, seed=seed, place=job.place, progress=job.bar)
    return encoder


def head_of(job: Job, encoder: TextEncoder, rows: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """(weight [K, d, C], bias [C]) of the sum of one regression per readout on labelled rows."""
    readouts = tuned_readouts(encoder.layers)
    seen = unit_vectors(job, encoder, [job.texts[row] for row in rows])
    target = one_hot(job.y[rows], job.classes)
    found = [fit_softmax(seen[:, k], target, c=HEAD_C, iterations=60) for k in range(len(readouts))]
    weight = np.stack([coefficients[:-1] for coefficients in found])
    bias = np.sum([coefficients[-1] for coefficients in found], axis=0, dtype=np.float32)
    return np.asarray(weight, np.float32), np.asarray(bias, np.float32)


def unit_vectors(job: Job, encoder: TextEncoder, texts: Sequence[str]) -> Floats:
    """Readouts of unit length, [n, K, d]."""
    found = encoder.vectors(texts, tuned_readouts(encoder.layers), job.place)
    norm = np.linalg.norm(found, axis=2, keepdims=True)
    return np.asarray(found / np.maximum(norm, 1e-9), np.float32)


@dataclass(frozen=True)
class Tuned:
    """A tuned encoder on disk and its head: weight [K, d, C] on K readouts, bias [C]."""

    folder: Path
    readouts: tuple[Readout, ...]
    weight: Floats
    bias: Floats

    def logits(self, vectors: Floats) -> Floats:
        """Logits [n, C] of unit vectors [n, K, d]."""
        return apply_head(vectors, self.weight, self.bias)

    def arrays(self) -> dict[str, NDArray]:
        """What is kept of it beside the folder."""
        at = [[r.layer, POOLINGS.index(r.pooling)] for r in self.readouts]
        return {"weight": self.weight, "bias": self.bias, "readouts": np.array(at, np.int64)}

    @staticmethod
    def read(arrays: dict[str, NDArray] | None, folder: Path) -> Tuned | None:
        """The same again, None where a part of it is missing."""
        if arrays is None or not folder.is_dir():
            return None
        at = [Readout(layer, POOLINGS[pooling]) for layer, pooling in arrays["readouts"].tolist()]
        return Tuned(folder, tuple(at), arrays["weight"], arrays["bias"])


def apply_head(vectors: Floats, weight: Floats, bias: Floats) -> Floats:
    """Logits [n, C] of unit vectors [n, K, d], weight [K, d, C] and bias [C]."""
    return np.asarray(np.einsum("nkd,kdc->nc", vectors, weight) + bias, np.float32)


def with_mix(job: Job, logits: Floats) -> Floats:
    """A tuned head's logits [n, C], at the blend's confidence, moved to the pool's class mix.

    The head learned from as many labels of each class; the frozen start's answers have the mix
    inside already (Saerens, Latinne and Decaestecker 2002).
    """
    logs = np.log(softmax(at_confidence(logits, CONFIDENCE)) + 1e-9)
    return np.asarray(logs + np.log(job.prior * job.classes), np.float32)


@dataclass(frozen=True)
class Halves:
    """Probabilities (as logs) [rows, C] on hidden labels by candidate, from half of the labels."""

    row: NDArray[np.int64]
    tables: dict[str, Floats]


def try_halves(job: Job, chosen: str) -> Halves:
    """Tune on half of the labels and score the other half, beside the quick fit's own choice."""
    kept = job.stages.get("halves")
    if kept is None:
        rows: list[NDArray[np.int64]] = []
        found: dict[str, list[Floats]] = {"quick": [], "tuned": [], "blend": []}
        halves = half_split(job.y, np.random.default_rng([job.seed, 3]))
        for number in range(job.plan.trials):
            if number % 2 == 0 and number:
                halves = half_split(job.y, np.random.default_rng([job.seed, 3, number]))
            train, hidden = halves if number % 2 == 0 else halves[::-1]
            rng = np.random.default_rng([job.seed, 4, number])
            quick = try_split(job.prepared.material, train, hidden, chosen, rng)
            encoder = warmed(job, train, job.seed * 100 + number + 1)
            weight, bias = head_of(job, encoder, train)
            seen = unit_vectors(job, encoder, [job.texts[row] for row in hidden])
            own = with_mix(job, apply_head(seen, weight, bias))
            logs = np.asarray(np.log(quick + 1e-6), np.float32)
            rows.append(hidden)
            found["quick"].append(np.asarray(np.log(quick + 1e-9), np.float32))
            found["tuned"].append(blend([own]))
            found["blend"].append(blend([logs, own]))
        kept = {name: np.concatenate(tables) for name, tables in found.items()}
        kept["row"] = np.concatenate(rows)
        job.stages.put("halves", kept)
    return Halves(kept.pop("row"), kept)


def linear_head(encoder: Encoder, tuned: Tuned) -> LinearHead:
    """The head by the deployed encoder's own numbering of readouts."""
    index = tuple(encoder.readouts.index(readout) for readout in tuned.readouts)
    return LinearHead(index, tuned.weight.reshape(-1, len(tuned.bias)), tuned.bias)


def read_pool(encoder: Encoder, head: LinearHead, texts: Sequence[str], bar: Progress) -> Floats:
    """Logits [n, C] of texts by the encoder as it is deployed, a few hundred at a time."""
    out = np.zeros((len(texts), len(head.bias)), np.float32)
    dim = len(head.weight) // len(head.readouts)
    bar.start("reading the pool with the tuned encoder", len(texts))
    try:
        for start in range(0, len(texts), _CHUNK):
            part = texts[start : start + _CHUNK]
            seen = encoder.encode(part, NullProgress())[:, list(head.readouts)].astype(np.float32)
            seen /= np.maximum(np.linalg.norm(seen, axis=2, keepdims=True), 1e-9)
            weight = head.weight.reshape(len(head.readouts), dim, -1)
            out[start : start + len(part)] = apply_head(seen, weight, head.bias)
            bar.advance(len(part))
    finally:
        bar.finish()
    return out
