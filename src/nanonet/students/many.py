"""Distil soft label sets of the pile into a table of n-gram scores, a label at a time.

The same table as for one label a text; but each label is a logistic regression by itself, and
nothing may be centred over the labels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.learn import Floats, GramView, fit_sigmoid
from nanonet.students.nano import FOLDS, NanoFit
from nanonet.students.quantise import NanoTable, quantise_scores

MANY_C = 10.0
MOST_SCORES = 3_000_000  # n-grams times labels that are learned; more take minutes and are cut
_ITERATIONS, _FOLD_ITERATIONS = 50, 30
_TOLERANCE = 1e-5


def fit_nano_many(
    view: GramView, targets: Floats, weights: Floats, max_mb: float, rng: np.random.Generator
) -> NanoFit:
    """Train on ``targets`` [n, C] in [0, 1] of every row of the view, with ``weights`` [n, C].

    ``logits`` of the result are [n, C], each row's by a student of the other folds.
    """
    view = _telling(view, targets, weights)
    table = _fitted(view, targets, weights, max_mb)
    fold = rng.permutation(len(targets)) % FOLDS
    logits = np.zeros_like(targets)
    for side in range(FOLDS):
        train, apply = np.flatnonzero(fold != side), np.flatnonzero(fold == side)
        part = GramView(view.keys, view.idf, view.features[train])
        found = _fit(part, targets[train], weights[train], _FOLD_ITERATIONS)
        logits[apply] = view.features[apply] @ found[:-1] + found[-1]
    return NanoFit(table, logits)


def _telling(view: GramView, targets: Floats, weights: Floats) -> GramView:
    """The n-grams that go most with some label, as many as can be learned in seconds."""
    most = max(1000, MOST_SCORES // targets.shape[1])
    if len(view.keys) <= most:
        return view
    mean = (weights * targets).sum(axis=0) / weights.sum(axis=0)
    pull = view.features.T @ (weights * (targets - mean))
    worth = np.linalg.norm(pull, axis=1) * view.idf
    columns = np.sort(np.argsort(-worth, kind="stable")[:most])
    return _columns(view, columns)


def _columns(view: GramView, columns: NDArray[np.int64]) -> GramView:
    return GramView(view.keys[columns], view.idf[columns], view.features[:, columns].tocsr())


def _fitted(view: GramView, targets: Floats, weights: Floats, max_mb: float) -> NanoTable:
    """The table that fits; where rows must go, those that stay are learned once more."""
    table = _rounded(view, targets, weights, max_mb)
    kept = np.isin(view.keys, table.keys)
    if not len(table.keys) or kept.all():
        return table
    return _rounded(_columns(view, np.flatnonzero(kept)), targets, weights, max_mb)


def _rounded(view: GramView, targets: Floats, weights: Floats, max_mb: float) -> NanoTable:
    found = _fit(view, targets, weights, _ITERATIONS)
    table, bias = found[:-1], found[-1]
    return quantise_scores(view.keys, view.table(table), bias, _worth(view, table), max_mb)


def _fit(view: GramView, targets: Floats, weights: Floats, iterations: int) -> Floats:
    return fit_sigmoid(view.features, targets, weights=weights, c=MANY_C, iterations=iterations,
                       tolerance=_TOLERANCE)  # fmt: skip


def _worth(view: GramView, table: Floats) -> NDArray[np.float32]:
    met = np.bincount(view.features.indices, minlength=len(view.keys))
    return np.asarray(np.linalg.norm(table, axis=1) * view.idf * np.sqrt(met), np.float32)
