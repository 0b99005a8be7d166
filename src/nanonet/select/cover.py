"""A few rows that stand for many: farthest-first cover and herding. No label is needed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nanonet.errors import UserError
from nanonet.select._check import Floats, Rows, asked, matrix, row_numbers

STARTS = ("random", "middle")


def k_centre(
    vectors: Floats,
    count: int,
    rng: np.random.Generator,
    start: str | Sequence[int] | Rows = "random",
) -> Rows:
    """Rows [count] so that the farthest of all ``vectors`` [n, d] is near one of them.

    Farthest first (Gonzalez 1985): each next row is the one farthest (Euclidean) from those chosen,
    which at most doubles the smallest radius there is. start: the first row, "random" (drawn by
    ``rng``) or "middle" (the row nearest to the mean); or row numbers that count as chosen before
    and are not returned. In the order chosen; all the rows that are left where fewer are there.

    >>> import numpy as np
    >>> points = np.array([[0.0], [0.1], [5.0], [9.0]])
    >>> k_centre(points, 3, np.random.default_rng(0), start=[0]).tolist()
    [3, 2, 1]
    """
    table = matrix(vectors, "vectors")
    before = _before(start, table)
    count = asked(count, len(table) - len(before))
    if not count:
        return np.empty(0, np.int64)
    squares = np.einsum("ij,ij->i", table, table)
    far = np.full(len(table), np.inf, np.float32)
    for row in before.tolist():
        np.minimum(far, _squared(table, squares, row), out=far)
    far[before] = -1.0
    chosen: list[int] = []
    if not len(before):
        chosen.append(_first(start, table, rng))
    while True:
        if chosen:
            np.minimum(far, _squared(table, squares, chosen[-1]), out=far)
            far[chosen[-1]] = -1.0
        if len(chosen) == count:
            return np.array(chosen, np.int64)
        chosen.append(int(far.argmax()))


def _before(start: str | Sequence[int] | Rows, table: Floats) -> Rows:
    if isinstance(start, str):
        if start not in STARTS:
            raise UserError(f"start is {start!r}; it must be one of {', '.join(STARTS)}, or rows")
        return np.empty(0, np.int64)
    return row_numbers(start, len(table), "start")


def _first(start: object, table: Floats, rng: np.random.Generator) -> int:
    if start == "middle":
        gap = table - table.mean(axis=0)
        return int(np.einsum("ij,ij->i", gap, gap).argmin())
    return int(rng.integers(len(table)))


def _squared(table: Floats, squares: Floats, row: int) -> Floats:
    """Squared distances [n] to one row, never below 0."""
    found = squares + squares[row] - 2.0 * (table @ table[row])
    return np.asarray(np.maximum(found, 0.0), np.float32)


def herding(vectors: Floats, count: int) -> Rows:
    """Rows [count] whose mean follows the mean of all ``vectors`` [n, d], step by step.

    Greedy herding (Welling, ICML 2009; Chen, Welling and Smola, UAI 2010) without replacement: each
    next row is the one that brings the mean of the chosen rows nearest to the mean of all. Every
    beginning of the list is a coreset too. Draws nothing, so the same vectors give the same rows.

    >>> import numpy as np
    >>> herding(np.array([[0.0], [1.0], [2.0], [3.0], [10.0]]), 2).tolist()
    [3, 2]
    """
    table = matrix(vectors, "vectors")
    count = asked(count, len(table))
    mean = table.mean(axis=0, dtype=np.float64).astype(np.float32)
    squares = np.einsum("ij,ij->i", table, table)
    pull = table @ mean
    gone = np.zeros(len(table), bool)
    total = np.zeros(table.shape[1], np.float32)
    chosen = np.empty(count, np.int64)
    for step in range(count):
        # |mean - (total + x) / (step + 1)|^2 without what is the same for every x
        score = 2.0 * (step + 1) * pull - 2.0 * (table @ total) - squares
        score[gone] = -np.inf
        chosen[step] = score.argmax()
        gone[chosen[step]] = True
        total += table[chosen[step]]
    return chosen
