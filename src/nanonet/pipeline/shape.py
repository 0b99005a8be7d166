"""The shape of a student's confidence, by what its teacher says of the same texts.

A temperature can make the mean confidence right and still be too sure of some texts and not sure
enough of others: the n-grams of long texts add up otherwise than those of short ones. The teacher's
soft labels tell, of thousands of texts, how much an answer given with some confidence is worth.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SHAPE_OFF", "shape_by_teacher"]

Floats = NDArray[np.floating[Any]]

SHAPE_OFF = 0.02  # mean distance of the two, from which on the knots are worth their place
_BINS = 40
_LEAST = 10 * _BINS


def shape_by_teacher(sure: Floats, worth: Floats, goal: float) -> tuple[tuple[float, float], ...]:
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
    keep = np.concatenate([[True], np.diff(at) > 1e-4])
    if off < SHAPE_OFF or keep.sum() < 2:
        return ()
    pairs = zip(at[keep].tolist(), rising[keep].tolist(), strict=True)
    return tuple((round(x, 6), round(y, 6)) for x, y in pairs)


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
