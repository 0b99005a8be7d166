"""Which texts to label first: typical ones from every part of the pool, with or without a model.

With few labels the typical texts teach more than the odd ones (TypiClust; Hacohen, Dekel and
Weinshall, ICML 2022): the pool is cut into as many cells as there are texts to ask, and each cell
gives its most typical text. A farthest-first cover would give the odd ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.select._check import Floats, Rows, asked, matrix, row_numbers

_LEAST_NEIGHBOURS = 20  # of a text in its cell; or half of the cell, where that is more
_ROUNDS = 12
_SAMPLE = 2000


def cells(
    vectors: Floats, count: int, rng: np.random.Generator, fixed: Floats | None = None
) -> tuple[NDArray[np.int64], Floats]:
    """Cell [n] of each row and the centres [count, d]: k-means begun as k-means++ does.

    Lloyd's rounds after Arthur and Vassilvitskii's start (SODA 2007). ``fixed`` [m, d] are centres
    that stay where they are; they come first.
    """
    table = matrix(vectors, "vectors")
    centres = _spread(table, count, rng, fixed)
    held = 0 if fixed is None else len(fixed)
    cell = _nearest(table, centres)
    for _ in range(_ROUNDS):
        sums = np.zeros_like(centres)
        np.add.at(sums, cell, table)
        sizes = np.bincount(cell, minlength=len(centres))
        moved = np.flatnonzero(sizes > 0)
        moved = moved[moved >= held]
        centres[moved] = sums[moved] / sizes[moved, None]
        before, cell = cell, _nearest(table, centres)
        if (before == cell).all():
            break
    return cell, centres


def _spread(table: Floats, count: int, rng: np.random.Generator, fixed: Floats | None) -> Floats:
    chosen = [] if fixed is None else list(np.asarray(fixed, np.float32))
    far = np.full(len(table), np.inf)
    for centre in chosen:
        far = np.minimum(far, ((table - centre) ** 2).sum(axis=1))
    while len(chosen) < count:
        even = not np.isfinite(far[0]) or far.sum() <= 0
        row = rng.integers(len(table)) if even else rng.choice(len(table), p=far / far.sum())
        chosen.append(table[row])
        far = np.minimum(far, ((table - table[row]) ** 2).sum(axis=1, dtype=np.float64))
    return np.array(chosen, np.float32)


def _nearest(table: Floats, centres: Floats) -> NDArray[np.int64]:
    half = 0.5 * np.einsum("ij,ij->i", centres, centres)
    return np.asarray((table @ centres.T - half).argmax(axis=1), np.int64)


def first_texts(
    vectors: Floats,
    count: int,
    rng: np.random.Generator,
    gain: Floats | None = None,
    labelled: Rows | None = None,
) -> Rows:
    """Rows [count] to label first, the most telling ones first, of unit ``vectors`` [n, d].

    The pool is cut into cells, one for each text asked for and one for each row of ``labelled``
    that has a label already. From the largest cell without a label to the smallest, each gives its
    most typical row: the one with the highest mean cosine to its nearest neighbours in the cell,
    times the ``gain`` [n] where a model says how unsure it is. All rows where fewer are there.
    """
    table = matrix(vectors, "vectors")
    known = row_numbers(() if labelled is None else labelled, len(table), "labelled")
    count = asked(count, len(table) - len(known))
    if not count:
        return np.empty(0, np.int64)
    cell, _ = cells(table, min(count + len(known), len(table)), rng)
    taken = np.zeros(len(table), bool)
    taken[known] = True
    covered = np.bincount(cell[known], minlength=cell.max() + 1)
    sizes = np.bincount(cell, minlength=cell.max() + 1)
    chosen: list[int] = []
    while len(chosen) < count:
        # fewest labels first, of these the largest; a cell that has given all its rows is done
        left = np.bincount(cell[~taken], minlength=len(sizes))
        order = np.lexsort((-sizes, covered))
        one = int(next(c for c in order if left[c]))
        rows = np.flatnonzero(cell == one)
        score = _typical(table[rows], rng)
        if gain is not None:
            score = score * np.asarray(gain)[rows]
        score[taken[rows]] = -np.inf
        chosen.append(int(rows[score.argmax()]))
        taken[chosen[-1]] = True
        covered[one] += 1
    return np.array(chosen, np.int64)


def _typical(table: Floats, rng: np.random.Generator) -> Floats:
    """Mean cosine [n] of each row to its nearest others, over a sample where there are many."""
    if len(table) == 1:
        return np.ones(1, np.float32)
    many = len(table) > _SAMPLE
    others = table[np.sort(rng.permutation(len(table))[:_SAMPLE])] if many else table
    k = min(max(_LEAST_NEIGHBOURS, len(others) // 2), len(others) - 1)
    near = np.partition(table @ others.T, len(others) - k - 1, axis=1)[:, len(others) - k - 1 :]
    return np.asarray((near.sum(axis=1) - near.max(axis=1)) / k, np.float32)
