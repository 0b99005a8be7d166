"""What is learned from a few gold labels and the votes of an annotator who errs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn import Floats, fit_softmax, one_hot, softmax
from nanonet.select import believed

Ints = NDArray[np.int64]
C = 10.0
SHARPEN = 3.0  # as nanonet's start: a regression on few labels is less sure than it is right
FOLDS, PASSES = 3, 2


@dataclass(frozen=True)
class Given:
    """Gold rows [g, d] with classes [g], asked rows [a, d] with votes [a], and the vote's trust."""

    gold: Floats
    y: Ints
    asked: Floats
    votes: Ints
    accuracy: float
    classes: int


def learn(given: Given, rng: np.random.Generator) -> Floats:
    """Coefficients [d + 1, C]: regression on the gold labels and on what is believed of the votes.

    Twice, each vote is weighed by Bayes' rule against a regression on the gold labels and the
    other folds' votes, as believed so far.
    """
    soft = one_hot(given.votes, given.classes)
    fold = rng.permutation(len(soft)) % FOLDS
    for _ in range(PASSES if len(soft) else 0):
        seen = np.empty_like(soft)
        for one in range(FOLDS):
            head = _fit(given, soft, np.flatnonzero(fold != one), 20)
            seen[fold == one] = answers(head, given.asked[fold == one])
        soft = believed(seen, given.votes, given.accuracy)
    return _fit(given, soft, np.arange(len(soft)), 30)


def _fit(given: Given, soft: Floats, rows: Ints, iterations: int) -> Floats:
    features = np.concatenate([given.gold, given.asked[rows]])
    targets = np.concatenate([one_hot(given.y, given.classes), soft[rows]])
    return fit_softmax(features, targets, c=C, iterations=iterations)


def answers(head: Floats, features: Floats) -> Floats:
    """Probabilities [n, C]."""
    return softmax(SHARPEN * (features @ head[:-1] + head[-1]))
