"""Robust active distillation: what to ask a teacher that is often wrong (arXiv 2210.01213).

A game: we spread our questions over the pool, an adversary who knows them makes the teacher wrong
on at most ``wrong`` texts. A right answer brings a text's gain, a wrong one costs ``rho`` times as
much. The structure is the paper's; the solution in closed form is our own derivation and is tested
against a linear programme.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError
from nanonet.select._check import Floats, Rows, asked
from nanonet.select.draw import Doubles, systematic
from nanonet.select.gain import best, margin_gain

LEAST_GAIN = 0.02


def rad_weights(gain: Floats, wrong: float, rho: float = 0.0) -> Doubles:
    """The best distribution [n] over texts of these gains [n] in (0, 1]; it sums to 1.

    With gains sorted, H_s the sum of 1/g over the s largest: s maximises
    (s - (1 + rho) wrong) / H_s and each of these texts gets (1/g) / H_s, the others nothing.
    ``wrong`` = 0 gives all to the largest gain; the more errors, the wider the spread. Uniform
    where (1 + rho) wrong >= n.
    """
    g = _gains(gain)
    harm = _harm(wrong, rho)
    n = len(g)
    if harm >= n:
        return np.full(n, 1.0 / n)
    order = np.argsort(-g, kind="stable")
    total = np.cumsum(1.0 / g[order])
    s = int(((np.arange(1, n + 1) - harm) / total).argmax())
    q = np.zeros(n)
    q[order[: s + 1]] = 1.0 / g[order[: s + 1]] / total[s]
    return q


def rad_chances(gain: Floats, count: int, wrong: float, rho: float = 0.0) -> Doubles:
    """Chances of inclusion [n] that sum to ``count``, for a draw without replacement.

    min(1, tau / g) on the s largest gains, tau such that they sum to ``count``, at the s that
    maximises what is gained after the adversary's ``wrong`` most valuable hits. O(n log n).
    """
    g = _gains(gain)
    count = asked(count, len(g))
    n, harm = len(g), _harm(wrong, rho)
    if harm >= n or count == n:
        return np.full(n, count / n)
    order = np.argsort(-g, kind="stable")
    h = g[order]
    sizes = np.arange(count, n + 1)
    free, tau = _levels(h, sizes, count)
    worth = _worth(h, sizes, free, tau, float(wrong), rho)
    at = int(worth.argmax())
    chance = np.zeros(n)
    chance[order[: sizes[at]]] = np.minimum(1.0, tau[at] / h[: sizes[at]])
    return chance


def _levels(h: Doubles, sizes: NDArray[np.int64], count: int) -> tuple[NDArray[np.int64], Doubles]:
    """For each support s: how many of its texts have a chance below 1, and tau.

    The k largest gains are below 1: tau H_k + (s - k) = count with tau <= h_k, that is
    count - s <= h_k H_k - k, whose right side falls with k.
    """
    total = np.cumsum(1.0 / h)
    rank = np.arange(1, len(h) + 1)
    fall = -(h * total - rank)
    free = np.searchsorted(fall, sizes - count + 1e-9 * len(h), side="right")
    free = np.clip(np.minimum(free, sizes), 1, None)
    return free, (count - sizes + free) / total[free - 1]


def _worth(
    h: Doubles,
    sizes: NDArray[np.int64],
    free: NDArray[np.int64],
    tau: Doubles,
    wrong: float,
    rho: float,
) -> Doubles:
    """What each support gains after the adversary: chance times gain is min(gain, tau)."""
    sums = np.concatenate([[0.0], np.cumsum(h)])
    whole = free * tau + sums[sizes] - sums[free]
    hit = np.minimum(wrong, sizes)
    full = np.floor(hit).astype(np.int64)
    part = np.where(full < sizes, (hit - full) * h[np.minimum(full, len(h) - 1)], 0.0)
    beyond = np.maximum(full, free)
    lost = np.minimum(hit, free) * tau + np.where(hit > free, sums[beyond] - sums[free] + part, 0.0)
    return np.asarray(whole - (1.0 + rho) * lost, np.float64)


def rad(
    table: Floats, count: int, accuracy: float, rng: np.random.Generator, rho: float = 0.0
) -> Rows:
    """Rows [count] to ask a teacher of this accuracy, by chance.

    The gain is the margin's (probabilities [n, C]); the draw keeps the shares of the predicted
    classes, so that none is starved. accuracy = 1 gives the ``count`` largest gains.
    """
    if not 0.0 <= accuracy <= 1.0:
        raise UserError(f"the teacher's accuracy is {accuracy!r}; it must lie between 0 and 1")
    gain = np.maximum(margin_gain(table), LEAST_GAIN)
    if accuracy == 1.0:
        return np.sort(best(gain, count))
    chance = rad_chances(gain, count, len(gain) * (1.0 - accuracy), rho)
    return systematic(chance, rng, np.asarray(table).argmax(axis=1))


def _gains(gain: Floats) -> Doubles:
    g = np.asarray(gain, np.float64)
    if g.ndim != 1 or not len(g) or not (g > 0).all() or not np.isfinite(g).all():
        raise UserError("gains must be a row of finite numbers above 0, one for each text")
    return g


def _harm(wrong: float, rho: float) -> float:
    if not wrong >= 0 or not 0 <= rho <= 1:
        raise UserError(f"wrong is {wrong!r} (0 or more is allowed) and rho {rho!r} (0 to 1)")
    return (1.0 + rho) * wrong
