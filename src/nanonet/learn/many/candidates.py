"""Ways to score several labels of a text by the labels at hand, simplest first.

``labels`` is a logistic regression a label on the usual embedding: what anyone would try first.
``apart`` is that on the encoder view, rare labels weighted up. ``together`` is one softmax over the
labels of a text, on the same view: labels that seldom stand together then speak against one
another, which few positives cannot teach a regression a label.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._sigmoid import fit_sigmoid, logit
from nanonet.learn._softmax import Floats, fit_softmax, linear_logits, softmax
from nanonet.learn.many.mix import competing, sharpened

APART_C = 10.0
TOGETHER_C = 10.0
FOLDS_OF_SETS = 5
CANDIDATES = ("labels", "apart", "together")
Scored = tuple[Floats, Floats]


def deal(flags: Floats, folds: int = FOLDS_OF_SETS) -> NDArray[np.int64]:
    """A fold [n] for every row, the rows of each label spread evenly by its rarest label."""
    order = np.argsort(flags.sum(axis=0), kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    rarest = np.where(flags > 0, rank, len(rank)).min(axis=1)
    rows = np.argsort(rarest, kind="stable")
    fold = np.empty(len(flags), np.int64)
    fold[rows] = np.arange(len(flags)) % folds
    return fold


def balance(flags: Floats) -> Floats:
    """Weights [n, C], mean one a class: rare positives count more, by the root of what evens out.

    Weighted to be even the rare labels shout; unweighted they are never heard.
    """
    share = np.clip(flags.mean(axis=0), 1e-6, 1.0 - 1e-6)
    weight = np.where(flags > 0, 1.0 / np.sqrt(share), 1.0 / np.sqrt(1.0 - share))
    return np.asarray(weight / weight.mean(axis=0), np.float32)


def scores_apart(features: Floats, flags: Floats, fold: NDArray[np.int64], c: float) -> Scored:
    """Scores [n, C] of the labelled rows by fits without them, and [m, C] of the rows behind."""
    weights = balance(flags)

    def fit(rows: NDArray[np.bool_]) -> Floats:
        own = features[: len(flags)][rows]
        return fit_sigmoid(own, flags[rows], weights=weights[rows], c=c)

    return _crossed(fit, linear_logits, features, len(flags), fold)


def scores_plain(features: Floats, flags: Floats, fold: NDArray[np.int64]) -> Scored:
    """As :func:`scores_apart`, nothing weighted: scikit-learn's regression as it comes."""

    def fit(rows: NDArray[np.bool_]) -> Floats:
        return fit_sigmoid(features[: len(flags)][rows], flags[rows], c=1.0)

    return _crossed(fit, linear_logits, features, len(flags), fold)


def shares_together(features: Floats, flags: Floats, fold: NDArray[np.int64]) -> Scored:
    """Competing shares of the labelled rows by fits without them, and of the rows behind."""
    wanted = competing(flags)

    def fit(rows: NDArray[np.bool_]) -> Floats:
        own = features[: len(flags)][rows]
        return fit_softmax(own, wanted[rows], c=TOGETHER_C, iterations=60)

    own, behind = _crossed(fit, linear_logits, features, len(flags), fold)
    by = np.float32(sharpened(own, flags))
    return softmax(own * by), softmax(behind * by) if len(behind) else behind


def as_scores(shares: Floats) -> Floats:
    """Shares as scores, on the scale of a logistic regression's."""
    return logit(shares)


def _crossed(
    fit: Callable[[NDArray[np.bool_]], Floats],
    read: Callable[[Floats, Floats], Floats],
    features: Floats,
    labelled: int,
    fold: NDArray[np.int64],
) -> Scored:
    """The labelled rows by fits without them, the others by the fit on all."""
    whole = fit(np.ones(labelled, bool))
    behind = read(features[labelled:], whole)
    own = np.empty((labelled, behind.shape[1]), np.float32)
    for held in np.unique(fold).tolist():
        out = fold == held
        own[out] = read(features[:labelled][out], fit(~out))
    return own, behind
