"""A simulated annotator: the gold label with errors planted in it. Nobody was asked anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn import fit_softmax, one_hot, softmax

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

KINDS = ("class", "hard")


@dataclass(frozen=True)
class Errors:
    """kind: 'class' (each class has an error rate and a habit of its own) or 'hard' (the errors
    fall where a model trained on all gold labels is unsure, on its next best class); rate: mean.
    """

    kind: str
    rate: float


def annotate(
    gold: Ints, classes: int, errors: Errors, rng: np.random.Generator, unsure: Floats | None
) -> Ints:
    """The simulated answers [n] for rows of these gold classes [n].

    Of kind 'class': a class errs between half and one and a half of the rate, and its wrong labels
    follow shares drawn for it (Dirichlet, even). unsure: probabilities [n, C] for kind 'hard'.
    """
    if errors.kind == "hard":
        assert unsure is not None
        return _hard(gold, errors.rate, rng, unsure)
    rates = np.clip(errors.rate * rng.uniform(0.5, 1.5, classes), 0.0, 0.9)
    habits = np.cumsum(rng.dirichlet(np.ones(classes - 1), classes), axis=1)
    wrong = rng.random(len(gold)) < rates[gold]
    other = (rng.random(len(gold))[:, None] > habits[gold]).sum(axis=1).clip(max=classes - 2)
    return np.where(wrong, other + (other >= gold), gold).astype(np.int64)


def _hard(gold: Ints, rate: float, rng: np.random.Generator, unsure: Floats) -> Ints:
    two = np.partition(unsure, -2, axis=1)[:, -2:]
    chance = 1.0 - (two[:, 1] - two[:, 0]).astype(np.float64)
    low, high = 0.0, 1e4
    for _ in range(60):  # the factor at which the chances, none above 0.9, come to the rate
        middle = 0.5 * (low + high)
        low, high = (
            (middle, high) if np.minimum(0.9, middle * chance).mean() < rate else (low, middle)
        )
    wrong = rng.random(len(gold)) < np.minimum(0.9, high * chance)
    others = unsure.copy()
    others[np.arange(len(gold)), gold] = -1.0
    return np.where(wrong, others.argmax(axis=1), gold).astype(np.int64)


def gold_probabilities(vectors: Floats, gold: Ints, classes: int) -> Floats:
    """Out-of-fold probabilities [n, C] of a regression on all gold labels, for kind 'hard'."""
    fold = np.random.default_rng(0).permutation(len(gold)) % 2
    out = np.empty((len(gold), classes), np.float32)
    target = one_hot(gold, classes)
    for half in (0, 1):
        train = fold != half
        found = fit_softmax(vectors[train], target[train], c=10.0, iterations=30)
        out[~train] = softmax(vectors[~train] @ found[:-1] + found[-1])
    return out
