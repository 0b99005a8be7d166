"""Is a filter worth having? A short continued training with it must help on held-out votes.

The idea of a cheap check is Ultra-FineWeb's (arXiv 2505.05427): a nearly trained model goes on a
little with the candidate data, instead of a new one from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nanonet.select._check import Floats, Rows, matrix
from nanonet.select.doubt import check_labels, deal

#: Row numbers to learn from -> their weights, made from these rows alone; 0 leaves a row out.
Filter = Callable[[Rows], Floats]


class Trainer(Protocol):
    """A learner that can go on from where it was."""

    def train(
        self, features: Floats, targets: Floats, weights: Floats, start: Floats | None, steps: int
    ) -> Floats:
        """Coefficients after so many steps, from ``start`` or from nothing."""

    def logits(self, coefficients: Floats, features: Floats) -> Floats:
        """Scores [n, C]."""


@dataclass(frozen=True)
class Verdict:
    """gain: share of held-out votes that are named right more than without the filter, and its
    standard error; kept: whether the gain is above one standard error; rows: votes held out, each
    once; dropped: mean share of rows the filter left out.
    """

    kept: bool
    gain: float
    error: float
    rows: int
    dropped: float

    def to_dict(self) -> dict[str, bool | float | int]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Steps:
    """How long the common start is trained, and how long each of the two goes on."""

    start: int = 15
    more: int = 10
    folds: int = 3


def verify(
    features: Floats,
    votes: NDArray[np.int64],
    classes: int,
    filter_: Filter,
    trainer: Trainer,
    rng: np.random.Generator,
    steps: Steps | None = None,
) -> Verdict:
    """Try a filter: two students go on from one start, one on all rows, one on the filtered.

    Fold after fold of the votes [n] is held out; the filter sees only the other rows. Answers are
    counted and log-loss is not: a student of cleaner labels is surer than noisy votes deserve, and
    by log-loss, at its best temperature too, no good filter passed (docs/LOG.md). Raises UserError
    where classes or rows are too few.
    """
    s = steps or Steps()
    table = matrix(features, "features")
    y = check_labels(votes, len(table), classes)
    fold = deal(y, rng, s.folds)
    targets = np.eye(classes, dtype=np.float32)[y]
    saved, dropped = np.zeros(len(y)), []
    for one in range(s.folds):
        train, held = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        weights = np.asarray(filter_(train), np.float32)
        dropped.append(float((weights == 0).mean()))
        x, t, even = table[train], targets[train], np.ones(len(train), np.float32)
        start = trainer.train(x, t, even, None, s.start)
        plain = trainer.train(x, t, even, start, s.more)
        used = weights > 0
        tried = trainer.train(x[used], t[used], weights[used], start, s.more)
        before, after = (trainer.logits(w, table[held]).argmax(axis=1) for w in (plain, tried))
        saved[held] = (after == y[held]).astype(float) - (before == y[held])
    gain = float(saved.mean())
    error = float(saved.std(ddof=1) / np.sqrt(len(saved)))
    return Verdict(gain > error, gain, error, len(y), float(np.mean(dropped)))
