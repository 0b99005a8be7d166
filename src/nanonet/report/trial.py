"""Answers to the labelled texts by models that did not see them: the recipe, fold by fold.

A model's answers to the texts it learned from say nothing. So the recipe that the gate kept is run
again without a fifth of the labels, five times, and each label is answered once by a model that
never saw it. What the gate kept after tuning an encoder would take minutes a fold; there the quick
part of it stands in, and the report says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.artefact import ModelFacts
from nanonet.decide import fit_temperature
from nanonet.learn import Material, fit_softmax, one_hot, softmax, try_split
from nanonet.progress import Progress

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

FOLDS = 5
LEAST_POOL = 50  # texts, as the gate has it: fewer teach a cohort nothing
_QUICK = ("labels", "readouts", "cohort")
_IN_WORDS = {
    "labels": "regression on embeddings, which is what this model was made by",
    "readouts": "the best readouts of the encoder, which is what this model was made by",
    "cohort": "two views teaching one another on the pool, which is what this model was made by",
}
_PLAIN_C = 3.0


@dataclass(frozen=True)
class Recipe:
    """How the models of the folds are made.

    name: a candidate of the gate, or 'regression' where classes have too few labels for one;
    exact: whether this model was made so; told: a clause for people.
    """

    name: str
    exact: bool
    told: str


@dataclass(frozen=True)
class Trial:
    """Probabilities [n, C] for the n labelled rows of the material, each by a model without it."""

    recipe: Recipe
    proba: Floats
    y: Rows
    fold: Rows

    @property
    def folds(self) -> int:
        """How many models."""
        return int(self.fold.max()) + 1


def recipe_of(facts: ModelFacts, material: Material) -> Recipe:
    """What can be run again of how the model was made, with the labels and the pool at hand."""
    counts = np.bincount(material.y, minlength=material.classes)
    if counts.min() < 2:
        told = "regression on embeddings, because some class has fewer than two labels"
        return Recipe("regression", False, told)
    kept = str(facts.gate.get("chosen", ""))
    pool = material.rows - material.labelled >= LEAST_POOL
    if kept in _QUICK and (pool or kept != "cohort"):
        return Recipe(kept, True, _IN_WORDS[kept])
    if kept == "cohort":
        return Recipe("readouts", False, "the encoder's readouts alone, because no pool was given")
    name = "cohort" if pool else "readouts"
    told = "the quick part of its recipe, because the rest takes minutes a model"
    return Recipe(name, False, told)


def out_of_fold(
    material: Material, recipe: Recipe, rng: np.random.Generator, bar: Progress
) -> Trial:
    """Answer every labelled row by a model that did not see it, with honest confidences."""
    fold = deal(material.y, FOLDS, rng)
    proba = np.zeros((material.labelled, material.classes), np.float32)
    bar.start("out of fold", FOLDS)
    try:
        for one in range(int(fold.max()) + 1):
            hidden = np.flatnonzero(fold == one)
            train = np.flatnonzero(fold != one)
            proba[hidden] = answer(material, recipe.name, train, hidden, rng)
            bar.advance(1)
    finally:
        bar.finish()
    return Trial(recipe, tempered(proba, material.y, fold), material.y, fold)


def deal(y: Rows, folds: int, rng: np.random.Generator) -> Rows:
    """Fold [n] of each row, dealt out class by class: two rows of a class are never in one fold
    while another fold has none of it."""
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    fold = np.empty(len(y), np.int64)
    fold[order] = np.arange(len(y)) % min(folds, len(y))
    return fold


def answer(
    material: Material, name: str, train: Rows, hidden: Rows, rng: np.random.Generator
) -> Floats:
    """Probabilities [hidden, C] by a model that learned from ``train`` alone."""
    if name != "regression":
        return try_split(material, train, hidden, name, rng)
    seen = material.unit_readout(material.usual, np.concatenate([train, hidden]))
    target = one_hot(material.y[train], material.classes)
    head = fit_softmax(seen[: len(train)], target, c=_PLAIN_C, iterations=60)
    return softmax(np.asarray(seen[len(train) :] @ head[:-1] + head[-1], np.float32))


def tempered(proba: Floats, y: Rows, fold: Rows) -> Floats:
    """The same with the confidences of each fold scaled by what the other folds say of them.

    As a fit does it, by the mean confidence that equals the accuracy; a fold's own labels never
    set its own temperature, or the reliability diagram would praise itself.
    """
    logits = np.asarray(np.log(np.maximum(proba, 1e-9)), np.float32)
    right = proba.argmax(axis=1) == y
    out = np.empty_like(proba)
    for one in np.unique(fold).tolist():
        mine, others = fold == one, fold != one
        heat = fit_temperature(logits[others], float(right[others].mean()))
        out[mine] = softmax(logits[mine] / np.float32(heat))
    return out


def rows_of(texts: Sequence[str], labels: Sequence[str], kept: Sequence[str]) -> list[int]:
    """Where each kept text stands first in the table as it was given."""
    first: dict[str, int] = {}
    for row, text in enumerate(texts):
        first.setdefault(text, row)
    return [first[text] for text in kept]
