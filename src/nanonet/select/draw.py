"""Random draws without replacement that keep to given chances, and to the classes' shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError
from nanonet.select._check import Rows, asked

Doubles = NDArray[np.float64]


def chances(worth: Doubles, count: int) -> Doubles:
    """Chances [n] of inclusion in proportion to ``worth`` [n], none above 1, that sum to ``count``.

    Where fewer than ``count`` rows have any worth, the others share what is left evenly.
    """
    w = np.asarray(worth, np.float64)
    count = asked(count, len(w))
    if not np.isfinite(w).all() or (w < 0).any():
        raise UserError("a worth is negative or no finite number; give numbers of 0 or more")
    some = w > 0
    if some.sum() <= count:
        spare = len(w) - int(some.sum())
        return np.where(some, 1.0, (count - int(some.sum())) / max(spare, 1))
    full = np.zeros(len(w), bool)
    while True:  # each pass settles at least one row at chance 1, and there are few passes
        scale = (count - full.sum()) / w[~full].sum()
        over = ~full & (w * scale > 1.0)
        if not over.any():
            return np.where(full, 1.0, w * scale)
        full |= over


def systematic(
    chance: Doubles, rng: np.random.Generator, group: NDArray[np.int64] | None = None
) -> Rows:
    """A draw with exactly these chances of inclusion [n] (each at most 1), sorted row numbers.

    Systematic sampling (Madow 1949): the rows are laid end to end in random order, each as long as
    its chance, and a comb with teeth one apart picks them; the size is the sum of the chances,
    rounded up or down. With ``group`` [n] the rows lie group by group, so that each group gets its
    own sum of chances too, rounded up or down.
    """
    p = np.asarray(chance, np.float64)
    order = rng.permutation(len(p))
    if group is not None:
        order = order[np.argsort(np.asarray(group)[order], kind="stable")]
    ends = np.cumsum(p[order])
    total = np.rint(ends[-1]) if len(ends) and abs(ends[-1] - np.rint(ends[-1])) < 1e-6 else None
    if total is not None:  # rounding must not cost the last row
        ends *= total / ends[-1] if ends[-1] else 1.0
        ends[-1] = total
    teeth = np.floor(ends - rng.random())
    before = np.concatenate([[-1.0], teeth[:-1]])
    return np.sort(order[teeth > before]).astype(np.int64)


def draw(worth: Doubles, count: int, rng: np.random.Generator, group: Rows | None = None) -> Rows:
    """Rows [count] drawn in proportion to ``worth`` [n]; ``group`` [n] keeps the groups' shares."""
    return systematic(chances(worth, count), rng, group)


def quotas(sizes: NDArray[np.int64], count: int, least: int = 0) -> NDArray[np.int64]:
    """How many of ``count`` each group of so many rows [C] gives: equal shares while rows last.

    A group with fewer rows than its share gives all, and the others share the rest. least: at least
    so many of every group that has them, where ``count`` allows.
    """
    sizes = np.asarray(sizes, np.int64)
    left, out = min(count, int(sizes.sum())), np.zeros_like(sizes)
    first = np.minimum(sizes, least)
    if first.sum() <= left:
        out, left = first, left - int(first.sum())
    while left:
        open_ = np.flatnonzero(out < sizes)
        share, rest = divmod(left, len(open_))
        if not share:
            out[open_[:rest]] += 1
            break
        more = np.minimum(share, sizes[open_] - out[open_])
        out[open_] += more
        left -= int(more.sum())
    return out
