"""What the labelled texts tell with an encoder at hand: hidden answers, doubts, what to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nanonet.data import GuardReport, Pool
from nanonet.encode import BUNDLED_NAME, Encoder, load_encoder, unit_vectors
from nanonet.errors import UserError
from nanonet.learn import Material
from nanonet.pipeline.embed import two_views
from nanonet.pipeline.inputs import Inputs
from nanonet.pipeline.material import prepare
from nanonet.progress import Progress
from nanonet.report.forecast import forecast
from nanonet.report.given import Given
from nanonet.report.peers import peers
from nanonet.report.scores import score
from nanonet.report.studied import Studied
from nanonet.report.texts import Asked, ask_next, doubtful, typical
from nanonet.report.trial import Trial, out_of_fold, recipe_of, rows_of
from nanonet.text import GramSpec

Floats = NDArray[np.float32]

_MOST_ASKED_OF = 2000  # pool texts among which the next ones to label are chosen


def study(
    given: Given,
    said: Floats | None,
    name: str | Path | None,
    cache_dir: str | Path | None,
    seed: int,
    bar: Progress,
) -> Studied:
    """Everything that needs the encoder; ``said``: the model's probabilities of ``given.asked``."""
    encoder = _encoder(given, name, cache_dir, bar)
    material = _material(given, encoder, cache_dir, bar)
    labelled = given.labelled
    missing: dict[str, str] = {}
    rng = np.random.default_rng([seed, 12])

    def read(texts: Sequence[str]) -> Floats:
        return unit_vectors(encoder, texts, cache_dir, bar)

    found = Studied(known=read(labelled.texts), read=read, notes=_notes(given, encoder))
    if len(np.unique(material.y)) < 2:
        missing["labels"] = "the labelled texts are all of one class"
        return replace(found, missing=missing)
    trial = out_of_fold(material, recipe_of(given.facts, material), rng, bar)
    shown, count = doubtful(trial, labelled.texts, _rows(given), given.classes)
    return replace(
        found,
        scores=score(trial.y, trial.proba, given.classes, _how(trial)),
        forecast=forecast(material, trial.recipe, rng, bar),
        doubts=shown,
        doubtful=count,
        prototypes=typical(trial, labelled.texts, given.classes),
        ask_next=_ask(given, said, encoder, cache_dir, rng, bar),
        peers=peers(labelled.texts, material, trial, encoder, _timed(given), rng),
        missing=missing,
    )


def _timed(given: Given) -> Sequence[str]:
    return given.asked or given.tables.test.texts or given.tables.labelled.texts


def _encoder(
    given: Given, name: str | Path | None, cache_dir: str | Path | None, bar: Progress
) -> Encoder:
    made_with = str(given.facts.encoder.get("name", "")) or BUNDLED_NAME
    if name is None and made_with != BUNDLED_NAME:
        raise UserError(
            f"the model was made with the encoder {made_with!r}; name it with --encoder (its "
            "folder or its Hugging Face name), or leave the labelled table out"
        )
    return load_encoder(name, cache_dir=cache_dir, progress=bar)


def _notes(given: Given, encoder: Encoder) -> tuple[str, ...]:
    mark = given.facts.encoder.get("fingerprint")
    if not mark or mark == encoder.fingerprint:
        return ()
    return ("the encoder here is not the one the model was made with, so figures may differ",)


def _material(
    given: Given, encoder: Encoder, cache_dir: str | Path | None, bar: Progress
) -> Material:
    inputs = Inputs(
        given.labelled,
        Pool(given.sample),
        given.classes,
        given.tables.specs,
        GuardReport(),
    )
    return prepare(inputs, encoder, cache_dir, GramSpec(), bar).material


def _rows(given: Given) -> list[int]:
    table = given.tables.labelled
    return rows_of(table.texts, table.labels, given.labelled.texts)


def _how(trial: Trial) -> str:
    return (
        f"of {trial.folds} models on {len(trial.y):,} labelled texts, each text by one that did "
        f"not see it ({trial.recipe.told})"
    )


def _ask(
    given: Given,
    said: Floats | None,
    encoder: Encoder,
    cache_dir: str | Path | None,
    rng: np.random.Generator,
    bar: Progress,
) -> tuple[Asked, ...]:
    if said is None:
        return ()
    pool = given.asked[: min(_MOST_ASKED_OF, len(given.sample))]
    known = given.labelled.texts
    both = two_views(encoder, [*known, *pool], cache_dir, bar)
    return ask_next(
        pool, said[: len(pool)], both[len(known) :], both[: len(known)], given.classes, rng
    )
