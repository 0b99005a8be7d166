"""Which texts to label first: typical ones from every part of the pool, with or without a model.

With few labels the typical texts teach more than the odd ones (TypiClust; Hacohen, Dekel and
Weinshall, ICML 2022): the pool is cut into as many cells as there are texts to ask, and each cell
gives its most typical text. A farthest-first cover would give the odd ones.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.select._check import Floats, Rows, asked, matrix, row_numbers
from nanonet.select.draw import quotas
from nanonet.select.gain import best, margin_gain

_LEAST_NEIGHBOURS = 20  # of a text in its cell; or half of the cell, where that is more
_ROUNDS = 12
_SAMPLE = 2000
_MOST_KNOWN = 500  # labelled texts that keep their like from being asked
_UNSURE = 3


def cells(
    vectors: Floats, count: int, rng: np.random.Generator, fixed: Floats | None = None
) -> tuple[NDArray[np.int64], Floats]:
    """Cell [n] of each row and the centres [count, d]: k-means begun as k-means++ does.

    Lloyd's rounds after Arthur and Vassilvitskii's start (SODA 2007), in its greedy form.
    ``fixed`` [m, d] are centres that stay where they are; they come first.
    """
    table = matrix(vectors, "vectors")
    centres = _spread(table, count, rng, fixed)
    held = 0 if fixed is None else len(fixed)
    cell = _nearest(table, centres)
    for _ in range(_ROUNDS):
        order = np.argsort(cell, kind="stable")
        there, starts = np.unique(cell[order], return_index=True)
        sums = np.add.reduceat(table[order], starts, axis=0)
        means = sums / np.diff(np.append(starts, len(table)))[:, None]
        centres[there[there >= held]] = means[there >= held]
        before, cell = cell, _nearest(table, centres)
        if (before == cell).all():
            break
    return cell, centres


def _spread(table: Floats, count: int, rng: np.random.Generator, fixed: Floats | None) -> Floats:
    """The start: each next centre is the best of a few rows drawn by squared distance."""
    squares = np.einsum("ij,ij->i", table, table)
    tries = 2 + int(np.log(count))

    def gaps(points: Floats) -> Floats:
        lengths = np.einsum("ij,ij->i", points, points)
        return np.maximum(squares + lengths[:, None] - 2.0 * (points @ table.T), 0.0)

    chosen = [] if fixed is None else list(np.asarray(fixed, np.float32))
    far = gaps(np.array(chosen)).min(axis=0) if chosen else np.ones(len(table), np.float32)
    while len(chosen) < count:
        total = far.sum(dtype=np.float64)
        share = far / total if total > 1e-6 else np.full(len(far), 1.0 / len(far))
        rows = np.searchsorted(np.cumsum(share, dtype=np.float64), rng.random(tries))
        left = gaps(table[np.minimum(rows, len(table) - 1)])
        if chosen:
            np.minimum(left, far, out=left)
        pick = int(left.sum(axis=1).argmin())
        far = left[pick]
        chosen.append(table[min(rows[pick], len(table) - 1)])
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


def next_texts(
    vectors: Floats,
    count: int,
    rng: np.random.Generator,
    table: Floats | None = None,
    before: Floats | None = None,
) -> Rows:
    """Rows [count] to label next: unsure, unlike one another, and of every predicted class.

    vectors: unit length [n, d]; table: a model's probabilities [n, C]; before: vectors [m, d] of
    texts that are labelled already. Of each predicted class, as many as of the others, the unsure
    texts are taken, three times as many as are asked; of these the typical ones of every part that
    holds no labelled text. Without ``table`` all of the pool stands in for the unsure.
    """
    points = matrix(vectors, "vectors")
    rows = np.arange(len(points)) if table is None else _unsure(table, min(count, len(points)))
    gain = None
    known = np.empty((0, points.shape[1]), np.float32) if before is None else before
    known = known[np.sort(rng.permutation(len(known))[:_MOST_KNOWN])]
    if table is not None:
        gain = np.concatenate([np.ones(len(known), np.float32), margin_gain(table)[rows]])
    both = np.concatenate([np.asarray(known, np.float32), points[rows]])
    chosen = first_texts(both, count, rng, gain, np.arange(len(known)))
    return rows[chosen - len(known)]


def _unsure(table: Floats, count: int) -> Rows:
    gain, guess = margin_gain(table), np.asarray(table).argmax(axis=1)
    shares = quotas(np.bincount(guess, minlength=np.asarray(table).shape[1]), count)
    parts = []
    for one in np.flatnonzero(shares):
        rows = np.flatnonzero(guess == one)
        parts.append(rows[best(gain[rows], _UNSURE * int(shares[one]))])
    return np.sort(np.concatenate(parts))


def _typical(table: Floats, rng: np.random.Generator) -> Floats:
    """Mean cosine [n] of each row to its nearest others, over a sample where there are many."""
    if len(table) == 1:
        return np.ones(1, np.float32)
    many = len(table) > _SAMPLE
    others = table[np.sort(rng.permutation(len(table))[:_SAMPLE])] if many else table
    k = min(max(_LEAST_NEIGHBOURS, len(others) // 2), len(others) - 1)
    near = np.partition(table @ others.T, len(others) - k - 1, axis=1)[:, len(others) - k - 1 :]
    return np.asarray((near.sum(axis=1) - near.max(axis=1)) / k, np.float32)
