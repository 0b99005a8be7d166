"""What to ask next, one answer after another: texts that speak for many unsure ones.

The worth of a set of asked texts is the sum, over the texts of the pool, of how unsure the model is
of each times how near the nearest asked one is: a facility location weighted by the margin, as in
FASS (Wei, Iyer and Bilmes, ICML 2015). Before the first model all texts are as unsure, and the
same sum asks for the typical text of every part. Chosen greedily, which comes within 63 % of the
best set (Nemhauser, Wolsey and Fisher 1978), each next text also avoids what was just asked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.select._check import Floats, Rows, asked, matrix
from nanonet.select.gain import margin_gain

_SPOKEN_FOR = 1500  # texts of the pool, drawn once, that the sum runs over
_NEIGHBOUR = 20  # the nearness falls to 1/e at the median distance to this neighbour
_PROBED = 500


def telling(
    points: Floats,
    count: int,
    *,
    labelled: Rows,
    shut: NDArray[np.bool_] | None = None,
    table: Floats | None = None,
) -> Rows:
    """Rows [count] to ask next, the most telling first, of ``points`` [n, d] of length one.

    labelled: rows that have an answer; shut [n]: rows not to be asked (the labelled ones never
    are); table: a model's probabilities [n, C], None where there is no model yet. All rows that are
    left where fewer are there. The rows that the sum runs over depend on n alone, so that one order
    does not contradict the next.
    """
    points = matrix(points, "points")
    closed = np.zeros(len(points), bool) if shut is None else shut.copy()
    closed[labelled] = True
    free = np.flatnonzero(~closed)
    if not len(free):
        return free
    count = asked(count, len(free))
    heard = np.sort(np.random.default_rng(0).permutation(len(points))[:_SPOKEN_FOR])
    width = _width(points)
    near = _nearness(points[heard], points[free], width)
    covered = np.zeros(len(heard), np.float32)
    if len(labelled):
        covered = _nearness(points[heard], points[labelled], width).max(axis=1)
    weight = np.ones(len(heard), np.float32) if table is None else margin_gain(table[heard])
    return free[_greedy(near, covered, weight, count)]


def _greedy(near: Floats, covered: Floats, weight: Floats, count: int) -> Rows:
    """Columns [count] of ``near`` [h, f] that add most to sum(weight * covered), one by one.

    Lazy (Minoux 1978): what a column adds only falls, so few are computed anew each time.
    """
    adds = np.maximum(near - covered[:, None], 0.0).T @ weight
    chosen: list[int] = []
    for _ in range(count):
        while True:
            one = int(adds.argmax())
            before = adds[one]
            adds[one] = np.maximum(near[:, one] - covered, 0.0) @ weight
            if adds[one] >= before - 1e-6 * abs(before) or adds.argmax() == one:
                break
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
