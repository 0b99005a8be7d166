"""``fit`` from a condensed folder: the regression it was made for, then the students as ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nanonet.condense import Condensed, read_condensed, retrain
from nanonet.decide import Expected
from nanonet.encode import Encoder, load_encoder, vectors
from nanonet.errors import UserError
from nanonet.learn import Floats, Gate, Learned, LinearHead, Trial, softmax
from nanonet.pipeline.choose import choose_student
from nanonet.pipeline.fitted import Fitted
from nanonet.pipeline.inputs import Inputs, Settings, check_inputs, check_settings
from nanonet.pipeline.material import Prepared, prepare
from nanonet.pipeline.reporting import encoder_mb, make_report
from nanonet.pipeline.run import NANO_MB
from nanonet.progress import NullProgress, Progress
from nanonet.text import GramSpec

_WHY = "its soft labels were made for one regression, so there is nothing to choose from"

_ADVICE = "a pile of unlabelled texts (--pool): a nano model can only be learned from one"


def fit_condensed(
    folder: str | Path,
    *,
    pool: Sequence[str] = (),
    test_texts: Sequence[str] | None = None,
    student: str = "auto",
    seed: int = 0,
    encoder: str | Path | None = None,
    cache_dir: str | Path | None = None,
    max_mb: float | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Learn from a folder that ``nanonet condense`` wrote, as :func:`nanonet.fit` from a table.

    The encoder's head is the optimum for the folder's soft labels and weights. With a pool, the
    head labels it and the nano student learns from that. Raises :class:`UserError` where the
    folder was made for another encoder.
    """
    settings = Settings("quick", student, seed, max_mb or NANO_MB, encoder, cache_dir)
    check_settings(settings)
    condensed = read_condensed(folder)
    bar = progress or NullProgress()
    labels = [item.label for item in condensed.items]
    inputs = check_inputs(condensed.texts, labels, pool, condensed.classes, test_texts)
    loaded = _encoder(condensed, settings, bar)
    check_encoder(condensed, loaded, folder)
    bare = Inputs(inputs.labelled, inputs.pool, inputs.classes, None, inputs.guard)
    prepared = prepare(bare, loaded, cache_dir, GramSpec(), bar)
    learned, note = _learn(condensed, bare, loaded, prepared, settings, bar)
    size = encoder_mb(loaded)
    fits = size is not None and (max_mb is None or size <= max_mb)
    rng = np.random.default_rng(seed)
    chosen = choose_student(learned, prepared, settings, fits, rng, bar)
    chosen = replace(chosen, expected=_told(chosen.expected, learned.gate))
    report = make_report(bare, settings, loaded, prepared, learned, chosen, "", note)
    report = replace(report, advice=() if pool else (_ADVICE,))
    return Fitted(inputs.classes, chosen, loaded, prepared.spec, report)


def _encoder(condensed: Condensed, settings: Settings, bar: Progress) -> Encoder:
    """The encoder asked for, in the form that the folder was made with where it has several."""
    loaded = load_encoder(settings.encoder, cache_dir=settings.cache_dir, progress=bar)
    if loaded.fingerprint == condensed.trained.fingerprint or loaded.onnx_path is not None:
        return loaded
    try:
        return load_encoder(
            settings.encoder, cache_dir=settings.cache_dir, backend="onnx", progress=bar
        )
    except UserError:
        return loaded


def check_encoder(condensed: Condensed, encoder: Encoder, folder: str | Path) -> None:
    """Refuse another encoder than the one the soft labels were made for."""
    own = condensed.trained
    if encoder.fingerprint != own.fingerprint:
        raise UserError(
            f"{folder}: was condensed for the encoder {own.encoder} ({own.fingerprint[:12]}), and "
            f"this is {encoder.name} ({encoder.fingerprint[:12]}, {encoder.backend}); give "
            "--encoder the same one, or condense anew"
        )


def _learn(
    condensed: Condensed,
    inputs: Inputs,
    encoder: Encoder,
    prepared: Prepared,
    settings: Settings,
    bar: Progress,
) -> tuple[Learned, tuple[str, ...]]:
    head, note = _head(condensed, inputs, encoder, settings, bar)
    material = prepared.material
    pool = softmax(head.logits(material, material.pool_rows))
    counted = np.bincount(material.y, minlength=material.classes) / max(material.labelled, 1)
    prior = np.asarray(pool.mean(axis=0) if len(pool) else counted, np.float32)
    reading = condensed.trained.reading
    readouts = tuple(zip(reading.index, reading.weight, strict=True))
    return Learned(pool, head, _gate(condensed), None, prior, readouts, 0.0, ()), note


def _head(
    condensed: Condensed, inputs: Inputs, encoder: Encoder, settings: Settings, bar: Progress
) -> tuple[LinearHead, tuple[str, ...]]:
    """The regression on the rows that the guard left, as a head on readouts."""
    own = condensed.trained
    left = set(inputs.labelled.texts)
    rows = [at for at, item in enumerate(condensed.items) if item.text in left]
    texts = [condensed.items[at].text for at in rows]
    read = vectors(encoder, texts, cache_dir=settings.cache_dir, progress=bar)
    features = own.reading.features(read)
    coefficients: Floats = retrain(
        features, condensed.labels[rows], condensed.weights[rows], own.c, own.sharpen
    )
    weight, bias = own.reading.head(coefficients, encoder.dim)
    gone = len(condensed.items) - len(rows)
    note = (
        f"condensed rows left out by the guard: {gone}; the soft labels of the others were made "
        "with them, so expect less than the folder says"
    )
    return LinearHead(own.reading.index, weight, bias), (note,) if gone else ()


def _gate(condensed: Condensed) -> Gate:
    held = condensed.facts["held_out"]
    if not held.get("rows"):
        return Gate("condensed", _WHY, (), 0, 0)
    rows, share = held["rows"], held["accuracy"][condensed.facts["method"]]
    error = float(np.sqrt(share * (1.0 - share) / rows))
    trial = Trial("condensed", share, error, held["log_loss"], share - held["full"], error)
    return Gate("condensed", _WHY, (trial,), rows, rows)


def _told(expected: Expected, gate: Gate) -> Expected:
    if not gate.hidden:
        return expected
    how = f"on {gate.hidden:,} rows that were held out when the table was condensed"
    return replace(expected, how=how)
