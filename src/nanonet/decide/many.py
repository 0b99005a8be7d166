"""Scores of a classifier that gives any number of labels a text, in NumPy alone.

Throughout: ``truth`` and ``said`` are bool [n, C], ``proba`` is float [n, C] with a probability of
its own for every class.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.decide.metrics import ClassScore

Flags = NDArray[np.bool_]
Proba = NDArray[np.floating[Any]]
_SMALLEST = 1e-12


def exact_match(truth: Flags, said: Flags) -> float:
    """The share of texts whose whole set of labels is right, in [0, 1]."""
    return float((truth == said).all(axis=1).mean())


def micro_f1(truth: Flags, said: Flags) -> float:
    """F1 over all pairs of text and class, so that common classes count most."""
    both = int((truth & said).sum())
    return 2.0 * both / max(int(truth.sum()) + int(said.sum()), 1)


def set_scores(truth: Flags, said: Flags) -> list[ClassScore]:
    """Precision, recall and F1 of every class; 0 where there is nothing to divide by."""
    scores = []
    for right, row, column in zip(
        (truth & said).sum(axis=0), truth.sum(axis=0), said.sum(axis=0), strict=True
    ):
        precision = float(right / column) if column else 0.0
        recall = float(right / row) if row else 0.0
        f1 = float(2 * right / (row + column)) if row + column else 0.0
        scores.append(ClassScore(precision, recall, f1, int(row)))
    return scores


def macro_f1_of_sets(truth: Flags, said: Flags) -> float:
    """Mean F1 over the classes that occur in ``truth`` or ``said``, each with equal weight."""
    seen = np.flatnonzero(truth.any(axis=0) | said.any(axis=0))
    each = set_scores(truth, said)
    scores = [each[column].f1 for column in seen.tolist()]
    return float(np.mean(scores)) if scores else 0.0


def binary_log_loss(proba: Proba, truth: Flags) -> float:
    """Mean negative log of what was true, in nats, over all pairs of text and class."""
    right = np.where(truth, proba, 1.0 - proba.astype(np.float64))
    return float(-np.log(np.maximum(right, _SMALLEST)).mean())


def binary_ece(proba: Proba, truth: Flags, bins: int = 15) -> float:
    """How far probabilities and shares of true ones lie apart, over all pairs of text and class.

    The pairs are sorted by probability and cut into ``bins`` groups of equal size, as in
    :func:`nanonet.decide.ece`. Most pairs are surely untrue, so this is small by nature.
    """
    flat, right = proba.ravel().astype(np.float64), truth.ravel().astype(np.float64)
    order = np.argsort(flat, kind="stable")
    groups = [group for group in np.array_split(order, bins) if len(group)]
    gaps = [abs(flat[g].mean() - right[g].mean()) * len(g) for g in groups]
    return float(sum(gaps) / len(flat))
