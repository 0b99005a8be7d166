"""The shape of a student's confidence, by what its teacher says of the same texts.

A temperature can make the mean confidence right and still be too sure of some texts and not sure
enough of others: the n-grams of long texts add up otherwise than those of short ones. The teacher's
soft labels tell, of thousands of texts, how much an answer given with some confidence is worth.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHAPE_OFF", "Knots", "rising_knots", "shape_by_teacher"]

Floats = NDArray[np.floating[Any]]
Knots = tuple[tuple[float, float], ...]

SHAPE_OFF = 0.02  # mean distance of the two, from which on the knots are worth their place
_BINS = 40
_LEAST = 10 * _BINS
_APART = 1e-4
_RISE = 1e-5  # from knot to knot, so that no two answers come to be equally sure


def shape_by_teacher(sure: Floats, worth: Floats, goal: float) -> Knots:
    """Knots (said, worth) of a student's largest probability; empty where the temperature will do.

    sure: [n] largest probabilities that the temperature gives on texts the student did not learn
    from; worth: [n] the teacher's probability of the same answers; goal: the accuracy expected. The
    teacher gives the shape, isotonic over bins of equal mass, and one shift of all log-odds brings
    the mean to ``goal``, for a teacher leans towards what it taught.
    """
    if len(sure) < _LEAST:
        return ()
    from scipy.optimize import isotonic_regression

    order = np.argsort(sure, kind="stable")
    bins = np.array_split(order, _BINS)
    at = np.array([sure[rows].mean() for rows in bins], np.float64)
    seen = np.array([worth[rows].mean() for rows in bins], np.float64)
    mass = np.array([len(rows) for rows in bins], np.float64)
    rising = np.clip(isotonic_regression(seen, weights=mass).x, 1e-3, 1.0 - 1e-3)
    rising = _moved_to(rising, mass, goal)
    off = float(np.average(np.abs(rising - at), weights=mass))
    return rising_knots(at, rising) if off >= SHAPE_OFF else ()


def rising_knots(said: Floats, worth: Floats) -> Knots:
    """Knots from (0, 0) to (1, at most 1) through the given ones, ascending, in a line that rises
    everywhere: which of two answers is the surer, and so what is promised, must not change."""
    found = [(0.0, 0.0)]
    for x, y in zip(said.tolist(), worth.tolist(), strict=True):
        if found[-1][0] + _APART < x < 1.0 - _APART and found[-1][1] + 2 * _RISE < 1.0:
            found.append((round(x, 6), round(max(min(y, 0.99), found[-1][1] + _RISE), 6)))
    return (*found, (1.0, max(0.9999, found[-1][1] + _RISE))) if len(found) > 2 else ()


def _moved_to(shares: Floats, mass: Floats, goal: float) -> NDArray[np.float64]:
    """The shares with one number added to their log-odds, so that their mean is ``goal``."""
    odds = np.log(shares / (1.0 - shares))
    goal, low, high = float(np.clip(goal, 0.02, 0.995)), -8.0, 8.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        if np.average(1.0 / (1.0 + np.exp(-odds - middle)), weights=mass) > goal:
            high = middle
        else:
            low = middle
    return np.asarray(1.0 / (1.0 + np.exp(-odds - low)), np.float64)
