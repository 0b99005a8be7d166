"""What to ask next, one answer after another: texts that speak for many unsure ones.

The worth of a set of asked texts is the sum, over the texts of the pool, of how unsure the model is
of each times how near the nearest asked one is: a facility location weighted by the margin, as in
FASS (Wei, Iyer and Bilmes, ICML 2015). Before the first model all texts are as unsure, and the
same sum asks for the typical text of every part. Chosen greedily, which comes within 63 % of the
best set (Nemhauser, Wolsey and Fisher 1978), each next text also avoids what was just asked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nanonet.select._check import Floats, Rows, asked, matrix
from nanonet.select.gain import margin_gain

_SPOKEN_FOR = 1500  # texts of the pool, drawn once, that the sum runs over
_NEIGHBOUR = 20  # the nearness falls to 1/e at the median distance to this neighbour
_PROBED = 500


def telling(
    views: Sequence[Floats],
    count: int,
    *,
    labelled: Rows,
    shut: NDArray[np.bool_] | None = None,
    table: Floats | None = None,
) -> Rows:
    """Rows [count] to ask next, the most telling first.

    views: one or more matrices [n, d], as the texts lie by each; their nearness is averaged.
    labelled: rows that have an answer; shut [n]: rows not to be asked (the labelled ones never
    are); table: a model's probabilities [n, C], None where there is no model yet. All rows that are
    left where fewer are there. Nothing is drawn but the rows that the sum runs over, which depend
    on n alone, so that one order does not contradict the next.

    >>> import numpy as np
    >>> points = np.array([[0.0], [0.1], [0.2], [5.0], [5.1]])
    >>> telling([points], 1, labelled=np.array([1])).tolist()
    [3]
    """
    views = [matrix(view, "points") for view in views]
    n = len(views[0])
    closed = np.zeros(n, bool) if shut is None else shut.copy()
    closed[labelled] = True
    free = np.flatnonzero(~closed)
    if not len(free):
        return free
    heard = np.sort(np.random.default_rng(0).permutation(n)[:_SPOKEN_FOR])
    near, covered = np.zeros((len(heard), len(free)), np.float32), np.zeros(len(heard), np.float32)
    told = np.zeros((len(heard), len(labelled)), np.float32)
    for view in views:
        width = _width(view)
        near += _nearness(view[heard], view[free], width) / len(views)
        told += _nearness(view[heard], view[labelled], width) / len(views)
    if len(labelled):
        covered = told.max(axis=1)
    weight = np.ones(len(heard), np.float32) if table is None else margin_gain(table[heard])
    return free[_greedy(near, covered, weight, asked(count, len(free)))]


def _greedy(near: Floats, covered: Floats, weight: Floats, count: int) -> Rows:
    """Columns [count] of ``near`` [h, f] that add most to sum(weight * covered), one by one.

    Lazy (Minoux 1978): what a column adds only falls, so few are computed anew each time.
    """
    adds = np.maximum(near - covered[:, None], 0.0).T @ weight
    chosen: list[int] = []
    while len(chosen) < count:
        one = int(adds.argmax())
        now = np.maximum(near[:, one] - covered, 0.0) @ weight
        stale = now < adds[one]
        adds[one] = now
        if stale and int(adds.argmax()) != one:
            continue
        chosen.append(one)
        covered = np.maximum(covered, near[:, one])
        adds[one] = -np.inf
    return np.array(chosen, np.int64)


def _nearness(ones: Floats, others: Floats, width: float) -> Floats:
    """exp(-squared distance / width) [len(ones), len(others)]."""
    return np.asarray(np.exp(-_squares(ones, others) / np.float32(width)), np.float32)


def _squares(ones: Floats, others: Floats) -> Floats:
    left, right = (np.einsum("ij,ij->i", part, part) for part in (ones, others))
    return np.asarray(
        np.maximum(left[:, None] + right[None, :] - 2.0 * (ones @ others.T), 0.0), np.float32
    )


def _width(points: Floats) -> float:
    """The median squared distance to the twentieth neighbour, over some of the points."""
    some = points[np.random.default_rng(1).permutation(len(points))[:_PROBED]]
    k = min(_NEIGHBOUR, len(points) - 1)
    return max(float(np.median(np.partition(_squares(some, points), k, axis=1)[:, k])), 1e-6)
