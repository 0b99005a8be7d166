"""How foreign a text is, by how little its scores stand out.

A text of none of the classes has few n-grams, or directions of an encoder, that any class knows, so
no class's score rises far above the others. The raw scores tell that better than probabilities,
which say only how the classes compare (Hendrycks et al., "Scaling out-of-distribution detection for
real-world settings", ICML 2022). Nothing is learned from foreign texts: the scale is the pool's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_TYPICAL", "foreign_knots", "standing_out"]

LEAST_TYPICAL = 50  # texts by which a score becomes a share
_SHARES = (*np.arange(0.05, 0.96, 0.05).round(2).tolist(), 0.97, 0.98, 0.99, 0.995, 0.998, 0.999)


def standing_out(logits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """How far the largest score of each row [n, C] stands above the row's mean, [n]."""
    scores = np.asarray(logits, np.float64)
    mean = np.cumsum(scores, axis=1)[:, -1] / scores.shape[1]  # from left to right, everywhere
    return np.asarray(scores.max(axis=1) - mean)


def foreign_knots(logits: NDArray[np.floating[Any]]) -> tuple[tuple[float, float], ...]:
    """Pairs (score, share of typical texts that are less foreign), scores ascending.

    logits: [n, C] of typical texts that the student did not learn from. Where no class stands out
    at all the share is 1, and lines lead there from the most foreign of the texts. Empty for fewer
    than LEAST_TYPICAL texts.
    """
    scores = np.sort(standing_out(logits))
    if len(scores) < LEAST_TYPICAL:
        return ()
    most = 1.0 - 1.0 / (len(scores) + 1)
    shares = [share for share in _SHARES if share < most]
    places = np.quantile(scores, [1.0 - share for share in shares])
    found = [(0.0, 1.0), (float(scores[0]), most)]
    found += [(float(x), s) for x, s in zip(places[::-1], shares[::-1], strict=True)]
    found.append((float(scores[-1]), 0.0))
    kept: list[tuple[float, float]] = []
    for x, share in found:
        if not kept or x > kept[-1][0]:
            kept.append((x, share))
    return tuple(kept)
