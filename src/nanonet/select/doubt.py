"""Which given labels to doubt, and what a vote is worth beside a student's own belief.

Confident learning (Northcutt, Jiang and Chuang, JAIR 2021), from its formulas: a class's threshold
is the mean probability of that class over the rows that bear its label, so a class of which the
student is rarely sure asks for less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError
from nanonet.select._check import Floats, matrix, probabilities

#: (features [n, d], soft labels [n, C], weights [n]) -> what gives probabilities for features
Learner = Callable[[Floats, Floats, Floats], Callable[[Floats], Floats]]
FOLDS = 5


@dataclass(frozen=True)
class Doubts:
    """For each row: suspect or not, the label that fits better (the given one where not suspect),
    the probability of the given and of that label; and the thresholds [C].
    """

    suspect: NDArray[np.bool_]
    better: NDArray[np.int64]
    given: Floats
    instead: Floats
    thresholds: Floats

    @property
    def error_share(self) -> float:
        """Share of the rows that are suspect."""
        return float(self.suspect.mean()) if len(self.suspect) else 0.0


def out_of_fold(
    features: Floats,
    labels: NDArray[np.int64],
    classes: int,
    learner: Learner,
    rng: np.random.Generator,
    folds: int = FOLDS,
    group: NDArray[np.int64] | None = None,
) -> Floats:
    """Probabilities [n, C] for each row by a student that did not see it, classes kept in balance.

    group [n]: rows of one number stay in one fold (copies of one text). Raises UserError where
    there are fewer than two classes or fewer rows than folds.
    """
    table = matrix(features, "features")
    y = check_labels(labels, len(table), classes)
    if len(y) < folds:
        raise UserError(f"there are {len(y)} labelled rows; at least {folds} are needed")
    fold = deal(y, rng, folds, group)
    out = np.empty((len(y), classes), np.float32)
    target = np.eye(classes, dtype=np.float32)[y]
    for one in range(folds):
        train, apply = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        if len(apply):
            weights = np.ones(len(train), np.float32)
            out[apply] = learner(table[train], target[train], weights)(table[apply])
    return out


def check_labels(labels: NDArray[np.int64], n: int, classes: int) -> NDArray[np.int64]:
    """The labels [n] as int64; raises UserError unless each row has one and two classes occur."""
    y = np.asarray(labels, np.int64)
    if len(y) != n:
        raise UserError(f"there are {n} rows but {len(y)} labels; every row needs a label")
    if len(y) and not 0 <= y.min() <= y.max() < classes:
        raise UserError(f"labels run from {y.min()} to {y.max()}; allowed are 0 to {classes - 1}")
    if len(np.unique(y)) < 2:
        raise UserError("all labels are the same; labels of at least two classes are needed")
    return y


def deal(
    y: NDArray[np.int64],
    rng: np.random.Generator,
    folds: int,
    group: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Fold [n] of each row, dealt out class by class; a group goes where its first row goes."""
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    fold = np.empty(len(y), np.int64)
    fold[order] = np.arange(len(y)) % folds
    return fold if group is None else fold[np.asarray(group, np.int64)]


def suspects(table: Floats, labels: NDArray[np.int64]) -> Doubts:
    """The rows whose label is doubtful, from out-of-fold probabilities [n, C] and labels [n].

    A row is suspect when some other class reaches its own threshold and is likelier than the given
    label; the likeliest such class is the better one. Nothing is removed.

    >>> import numpy as np
    >>> table = np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.9, 0.1]])
    >>> suspects(table, np.array([0, 0, 1, 1])).suspect.tolist()
    [False, False, False, True]
    """
    p = probabilities(table)
    y = check_labels(labels, len(p), p.shape[1])
    hot = np.eye(p.shape[1], dtype=np.float32)[y]
    sizes = hot.sum(axis=0)
    thresholds = np.where(sizes > 0, (p * hot).sum(axis=0) / np.maximum(sizes, 1), np.inf)
    rows = np.arange(len(p))
    own = p[rows, y]
    fits = np.where((p >= thresholds) & (p > own[:, None]), p, -1.0)
    suspect = fits.max(axis=1) > 0
    better = np.where(suspect, fits.argmax(axis=1), y)
    return Doubts(suspect, better, own, p[rows, better], thresholds.astype(np.float32))


def believed(table: Floats, votes: NDArray[np.int64], accuracy: float) -> Floats:
    """Soft labels [n, C]: Bayes' rule over a student's probabilities [n, C] and votes [n].

    A voter is right with this accuracy and else names any other class; the probabilities must come
    from a student that has not learned from these votes.
    """
    p = probabilities(table)
    classes = p.shape[1]
    if not 0.0 < accuracy < 1.0:
        raise UserError(f"the voter's accuracy is {accuracy!r}; it must lie between 0 and 1")
    y = np.asarray(votes, np.int64)
    likely = np.full_like(p, (1.0 - accuracy) / (classes - 1))
    likely[np.arange(len(p)), y] = accuracy
    joint = np.maximum(p, 1e-6) * likely
    return np.asarray(joint / joint.sum(axis=1, keepdims=True), np.float32)
