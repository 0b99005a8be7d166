"""Scores of a classifier on labelled rows, in NumPy alone.

Throughout: ``truth`` and ``predicted`` are int [n] of class indices, ``proba`` is float [n, C].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ClassScore", "accuracy", "confusion", "ece", "log_loss", "macro_f1", "per_class"]

Indices = NDArray[np.integer[Any]]
Proba = NDArray[np.floating[Any]]
# A probability of exactly 0 would make one row's loss infinite; float32 softmax does give zeros.
_SMALLEST = 1e-12


@dataclass(frozen=True)
class ClassScore:
    """One class: the share of its predictions that are right, of its rows that are found, F1."""

    precision: float
    recall: float
    f1: float
    rows: int


def accuracy(truth: Indices, predicted: Indices) -> float:
    """The share of rows predicted rightly, in [0, 1]."""
    _need_rows(truth)
    return float(np.mean(truth == predicted))


def confusion(truth: Indices, predicted: Indices, classes: int) -> NDArray[np.int64]:
    """Counts [C, C]: row = true class, column = predicted class."""
    counts = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def per_class(truth: Indices, predicted: Indices, classes: int) -> list[ClassScore]:
    """Precision, recall and F1 of every class; 0 where there is nothing to divide by."""
    counts = confusion(truth, predicted, classes)
    scores = []
    for right, row, column in zip(
        counts.diagonal(), counts.sum(axis=1), counts.sum(axis=0), strict=True
    ):
        precision = float(right / column) if column else 0.0
        recall = float(right / row) if row else 0.0
        f1 = float(2 * right / (row + column)) if row + column else 0.0
        scores.append(ClassScore(precision, recall, f1, int(row)))
    return scores


def macro_f1(truth: Indices, predicted: Indices, classes: int) -> float:
    """Mean F1 over the classes that occur in ``truth`` or ``predicted``, each with equal weight."""
    _need_rows(truth)
    seen = np.union1d(truth, predicted)
    scores = per_class(truth, predicted, classes)
    return float(np.mean([scores[index].f1 for index in seen]))


def log_loss(proba: Proba, truth: Indices) -> float:
    """Mean negative log of the true class's probability, in nats; probabilities below 1e-12 count
    as 1e-12."""
    _need_rows(truth)
    chosen = proba[np.arange(len(truth)), truth].astype(np.float64)
    return float(-np.log(np.maximum(chosen, _SMALLEST)).mean())


def ece(proba: Proba, truth: Indices, bins: int = 15) -> float:
    """Expected calibration error of the top class, in [0, 1], over bins of equal mass.

    Rows are sorted by confidence and cut into ``bins`` groups of (nearly) equal size; the result is
    the mean distance between confidence and accuracy, weighted by group size. Equal mass keeps
    every group populated where nearly all confidences are high (Nguyen and O'Connor, "Posterior
    calibration and exploratory analysis", EMNLP 2015). Rows of equal confidence keep their order.
    """
    _need_rows(truth)
    confidence = proba.max(axis=1).astype(np.float64)
    right = (proba.argmax(axis=1) == truth).astype(np.float64)
    order = np.argsort(confidence, kind="stable")
    groups = [group for group in np.array_split(order, bins) if len(group)]
    gaps = [abs(confidence[g].mean() - right[g].mean()) * len(g) for g in groups]
    return float(sum(gaps) / len(truth))


def _need_rows(truth: Indices) -> None:
    if not len(truth):
        raise ValueError("no rows to score")
