"""Difficulty of a text for the student, and a draw by it (CompEffDist, arXiv 2510.24425).

The paper scores answers of many tokens; a classifier gives one, the class. What is its own rank by
the student's probabilities, against the number of classes that are needed to cover 95 %?
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError
from nanonet.select._check import Floats, Rows, asked, probabilities
from nanonet.select.draw import Doubles, chances, systematic

NUCLEUS = 0.95
PEAK = 0.7
FLOOR_PRECISION = 0.9
_FEW_LABELS = 30


def difficulty(student: Floats, teacher: Floats) -> Floats:
    """How hard the teacher's classes are for the student [n], 0 to 1; both probabilities [n, C].

    A class of rank x (from 0) by the student scores 1 outside the nucleus of n classes that hold
    95 % of its mass, x / n inside, and the first (second probability / first) / n. Soft teachers
    count each class by its probability.

    >>> import numpy as np
    >>> student = np.array([[0.98, 0.01, 0.01], [0.5, 0.4, 0.1]])
    >>> difficulty(student, np.eye(3)[[1, 1]]).astype(float).round(2).tolist()
    [1.0, 0.33]
    """
    p, q = probabilities(student), probabilities(teacher)
    if p.shape != q.shape:
        raise UserError(f"the student's table is {p.shape} and the teacher's {q.shape}")
    order = np.argsort(-p, axis=1, kind="stable")
    sorted_ = np.take_along_axis(p, order, axis=1)
    size = nucleus(p)[:, None]
    rank = np.arange(p.shape[1])[None, :]
    by_rank = np.where(rank >= size, 1.0, rank / size)
    by_rank[:, 0] = sorted_[:, 1] / np.maximum(sorted_[:, 0], 1e-12) / size[:, 0]
    return np.asarray((np.take_along_axis(q, order, axis=1) * by_rank).sum(axis=1), np.float32)


def nucleus(table: Floats) -> NDArray[np.int64]:
    """How many of the likeliest classes [n] together hold at least 95 % of the probability."""
    held = np.cumsum(-np.sort(-probabilities(table).astype(np.float64), axis=1), axis=1)
    return np.asarray((held < NUCLEUS - 1e-7).sum(axis=1) + 1, np.int64)


def keep_chance(place: Doubles, rate: float, peak: float = PEAK) -> Doubles:
    """F(x) [n] for percentiles of difficulty x [n] in (0, 1): the chance to keep a text.

    (x / a)^b below the peak a and ((1 - x) / (1 - a))^b above it. b = 1 / rate - 1 makes the mean
    ``rate`` whatever the peak; with a = 1 the hardest are kept, with a thin tail of easy ones.
    """
    if not 0 < rate <= 1 or not 0 < peak <= 1:
        raise UserError(f"rate is {rate!r} and peak {peak!r}; both must be above 0 and at most 1")
    x, b = np.asarray(place, np.float64), 1.0 / rate - 1.0
    rising = np.minimum(x / peak, 1.0) ** b
    if peak == 1.0:
        return rising
    return np.where(x < peak, rising, np.clip((1.0 - x) / (1.0 - peak), 0.0, 1.0) ** b)


def confidence_floor(
    confidence: Floats, right: NDArray[np.bool_], pool: Floats, guess: NDArray[np.int64]
) -> Floats:
    """The confidence a text of the pool needs [n] before its difficulty is believed.

    confidence, right: of the teacher on labelled rows it did not learn from; pool, guess: its
    confidence and class on the pool [n]. The smallest threshold whose precision on the labels is at
    least 0.9 by Wilson's lower end; with fewer than 30 labels, or where none is reached, the median
    confidence of the text's class.
    """
    order = np.argsort(-np.asarray(confidence), kind="stable")
    if len(order) >= _FEW_LABELS:
        hits = np.cumsum(np.asarray(right, np.int64)[order])
        low = _wilson_low(hits, np.arange(1, len(order) + 1))
        enough = np.flatnonzero(low >= FLOOR_PRECISION)
        if len(enough):
            level = np.asarray(confidence)[order[enough[-1]]]
            return np.full(len(pool), level, np.float32)
    return class_medians(pool, guess)


def class_medians(confidence: Floats, guess: NDArray[np.int64]) -> Floats:
    """For each row [n] the median confidence of the rows of its class."""
    out = np.zeros(len(confidence), np.float32)
    for one in np.unique(guess):
        rows = guess == one
        out[rows] = np.median(np.asarray(confidence)[rows])
    return out


def _wilson_low(hits: NDArray[np.int64], n: NDArray[np.int64], z: float = 1.96) -> Doubles:
    share = hits / n
    middle = share + z * z / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return np.asarray((middle - half) / (1 + z * z / n), np.float64)


def difficult(
    score: Floats,
    group: NDArray[np.int64],
    count: int,
    rng: np.random.Generator,
    peak: float = PEAK,
    allowed: NDArray[np.bool_] | None = None,
) -> Rows:
    """Rows [count] drawn by difficulty [n] inside each group [n] (the class they are taken for).

    A row's chance is F of its percentile among the allowed rows of its group, scaled so that
    exactly ``count`` are drawn. allowed [n]: rows above the confidence floor; no other is ever
    drawn, and fewer than ``count`` are returned where fewer are allowed.
    """
    ok = np.ones(len(score), bool) if allowed is None else np.asarray(allowed, bool)
    rows = np.flatnonzero(ok)
    count = asked(count, len(rows))
    if not count:
        return rows
    place = np.empty(len(rows))
    part = np.asarray(group)[rows]
    for one in np.unique(part):
        inside = np.flatnonzero(part == one)
        order = np.argsort(np.asarray(score)[rows[inside]], kind="stable")
        place[inside[order]] = (np.arange(len(inside)) + 0.5) / len(inside)
    worth = np.maximum(keep_chance(place, count / len(rows), peak), 1e-12)
    return rows[systematic(chances(worth, count), rng, part)]
