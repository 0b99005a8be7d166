"""Distil soft labels of the pile into a table of n-gram scores.

A log-linear bag of words and word pairs, as in fastText (arXiv 1607.01759) without the hidden
layer, learned from soft labels (Hinton et al., arXiv 1503.02531): regression coefficients plus
naive Bayes log-odds, whose errors differ (half a point to a point better than either alone here).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn import (
    Floats,
    GramView,
    fit_bayes,
    fit_softmax,
    one_hot,
    row_weights,
    softmax,
)
from nanonet.students.quantise import NanoTable, quantise_rows

C = 10.0
SHARPEN = 2.0  # soft labels squared: the teacher's doubt stays, its blur goes
LABEL_SHARE = 0.1
FOLDS = 3


@dataclass(frozen=True)
class ScoreTable:
    """What was learned, before it is rounded and cut.

    keys: uint32 [V], ascending; scores: float32 [V, C], of one n-gram; bias: [C];
    worth: [V], what keeping a row is worth, for where not all fit.
    """

    keys: NDArray[np.uint32]
    scores: Floats
    bias: Floats
    worth: Floats

    def rounded(self, max_mb: float) -> NanoTable:
        """As int8 rows that fit ``max_mb``; UserError where not one would."""
        return quantise_rows(self.keys, self.scores, self.bias, self.worth, max_mb)


@dataclass(frozen=True)
class NanoFit:
    """The table, and how the student scores pool texts it was not trained on.

    logits: [pool, C] for the pool's rows, each by a student of the other folds; own: [n_l, C], the
    same for the labelled rows.
    """

    table: NanoTable
    logits: Floats
    own: Floats | None = None


def fit_nano(
    view: GramView,
    y: NDArray[np.int64],
    labels: Floats,
    max_mb: float,
    rng: np.random.Generator,
) -> NanoFit:
    """Train on the labelled rows (classes ``y`` [n_l]) and the pool's soft labels [pool, C]."""
    n, pool, classes = len(y), len(labels), labels.shape[1]
    student = fit_size(view, y, labels, learn_scores(view, y, labels), max_mb)
    targets = _targets(y, labels)
    fold = rng.permutation(pool) % FOLDS
    fold = np.concatenate([_dealt(y), fold])
    logits = np.zeros((n + pool, classes), np.float32)
    for side in range(FOLDS):
        train, apply = np.flatnonzero(fold != side), np.flatnonzero(fold == side)
        if not len(train) or not len(apply):
            continue
        part, part_bias = _table(view, targets, train, int((train < n).sum()), 40)
        logits[apply] = view.features[apply] @ part + part_bias
    return NanoFit(student, logits[n:], logits[:n])


def _dealt(y: NDArray[np.int64]) -> NDArray[np.int64]:
    """The fold of every labelled row: those of a class are dealt out in turn."""
    order = np.argsort(y, kind="stable")
    within = np.arange(len(y)) - np.searchsorted(y[order], y[order])
    fold = np.empty(len(y), np.int64)
    fold[order] = (within + y[order]) % FOLDS
    return fold


def learn_scores(view: GramView, y: NDArray[np.int64], labels: Floats) -> ScoreTable:
    """The scores of all n-grams of ``view``, from the same rows as :func:`fit_nano`."""
    rows = np.arange(len(y) + len(labels))
    table, bias = _table(view, _targets(y, labels), rows, len(y), 100)
    return ScoreTable(view.keys, view.table(table), bias, _worth(view, table))


def fit_size(
    view: GramView, y: NDArray[np.int64], labels: Floats, scores: ScoreTable, max_mb: float
) -> NanoTable:
    """The table that fits ``max_mb``: where rows must go, those that stay are learned once more.

    What a dropped n-gram said its neighbours in the texts can say too, if they are asked: half of
    what the cut costs comes back (docs/LOG.md). fastText's quantisation retrains for the same
    reason (arXiv 1612.03651).
    """
    table = scores.rounded(max_mb)
    kept = np.isin(view.keys, table.keys)
    silent = np.ptp(scores.scores, axis=1) == 0
    if not len(table.keys) or (kept | silent).all():
        return table
    columns = np.flatnonzero(kept)
    part = GramView(view.keys[columns], view.idf[columns], view.features[:, columns].tocsr())
    return learn_scores(part, y, labels).rounded(max_mb)


def _targets(y: NDArray[np.int64], labels: Floats) -> Floats:
    sharp = softmax(SHARPEN * np.log(labels + 1e-9))
    return np.concatenate([one_hot(y, labels.shape[1]), sharp])


def _table(
    view: GramView, targets: Floats, rows: NDArray[np.int64], labelled: int, iterations: int
) -> tuple[Floats, Floats]:
    features, wanted = view.features[rows], targets[rows]
    weights = row_weights(labelled, len(rows) - labelled, LABEL_SHARE)
    found = fit_softmax(features, wanted, weights=weights, c=C, iterations=iterations)
    odds = fit_bayes(features, wanted, weights)
    return found[:-1] + odds, found[-1]


def _worth(view: GramView, table: Floats) -> Floats:
    spread = table - table.mean(axis=1, keepdims=True)
    met = np.bincount(view.features.indices, minlength=len(view.keys))
    return np.asarray(np.linalg.norm(spread, axis=1) * view.idf * np.sqrt(met), np.float32)
