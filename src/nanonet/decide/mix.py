"""A class mix other than the one that was learned from: Bayes' rule, and finding the mix."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["estimate_mix", "odds_of"]

Shares = NDArray[np.float64]
# How many texts of the learned mix are counted in: a handful of texts says little of a mix, and no
# class is given up for good.
_COUNTED_IN = 2.0
_STEPS = 500
_CLOSE = 1e-7


def odds_of(learned: Shares, wanted: Shares) -> Shares:
    """What each class's probability is to be multiplied by, [C], for the shares ``wanted`` in the
    place of ``learned``; only their ratios count (Saerens, Latinne and Decaestecker 2002)."""
    odds = wanted / np.maximum(learned, 1e-9)
    return np.asarray(odds / odds.max())


def estimate_mix(proba: NDArray[np.floating[Any]], learned: Shares) -> Shares:
    """The class shares [C] of some texts by what a calibrated model says of them, [n, C].

    learned: the shares that the model's probabilities hold. Expectation and maximisation in turn
    (Saerens, Latinne and Decaestecker, Neural Computation 2002), which finds the shares that make
    the texts likeliest where only the mix has changed, not what the classes look like.

    >>> sure = np.array([[0.99, 0.01]] * 900 + [[0.01, 0.99]] * 100)
    >>> estimate_mix(sure, np.array([0.5, 0.5])).round(2).tolist()
    [0.91, 0.09]
    """
    said, shares = np.asarray(proba, np.float64), np.asarray(learned, np.float64)
    for _ in range(_STEPS):
        moved = said * odds_of(learned, shares)
        moved /= moved.sum(axis=1, keepdims=True)
        found = (moved.sum(axis=0) + _COUNTED_IN * learned) / (len(said) + _COUNTED_IN)
        done = np.abs(found - shares).max() < _CLOSE
        shares = found
        if done:
            break
    return np.asarray(shares / shares.sum())
