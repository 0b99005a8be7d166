"""From which probability on a label is given: the best F1 of each class, drawn to a common one.

F1 is what a list of labels is judged by, and it is not largest at a half: where a class is rare or
hard, giving it from a quarter on finds more than it errs. With few positives the best threshold is
as noisy as they are, so it is drawn towards the one that is best for all classes together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

PULL = 20.0  # positives at which a class's own threshold and the common one count alike
_LOW, _HIGH = 0.02, 0.98


def choose_thresholds(
    proba: Floats,
    truth: Floats,
    weights: Floats | None = None,
) -> NDArray[np.float32]:
    """Thresholds [C] for probabilities [n, C] whose labels are known.

    truth: [n, C], 0 or 1, or in between where only the chance of it is known; weights: [n] of the
    rows. ``proba`` must come from fits that did not see the row's label.
    """
    w = np.ones(len(proba)) if weights is None else np.asarray(weights, np.float64)
    # As many rows as would be as sure as the weighted ones (Kish 1965).
    effective = w.sum() ** 2 / (w**2).sum()
    positives = (w @ truth) / w.sum() * effective
    common = _logit(_common(proba, truth, w))
    own = np.array([_logit(_best(proba[:, c], truth[:, c], w)) for c in range(proba.shape[1])])
    share = positives / (positives + PULL)
    found = 1.0 / (1.0 + np.exp(-(share * own + (1.0 - share) * common)))
    return np.clip(found, _LOW, _HIGH).astype(np.float32)


def _best(proba: Floats, truth: Floats, w: NDArray[np.float64]) -> float:
    """The threshold of the largest F1, half way to the next probability below it."""
    order = np.argsort(-proba, kind="stable")
    hit, said = np.cumsum((truth * w)[order]), np.cumsum(w[order])
    if hit[-1] <= 0:
        return 0.5
    f1 = 2.0 * hit / (said + hit[-1])
    sorted_proba = proba[order].astype(np.float64)
    # Rows of one probability are given together.
    f1[:-1][sorted_proba[:-1] == sorted_proba[1:]] = -1.0
    at = int(np.argmax(f1))
    below = sorted_proba[at + 1] if at + 1 < len(order) else 0.0
    return float(0.5 * (sorted_proba[at] + below))


def _common(proba: Floats, truth: Floats, w: NDArray[np.float64]) -> float:
    """The one threshold of the largest mean F1 of the classes that occur."""
    mass = w @ truth
    there = mass > 0
    scores = []
    grid = np.linspace(0.05, 0.7, 27)
    for threshold in grid:
        said = proba >= threshold
        f1 = 2.0 * (w @ (truth * said)) / np.maximum(w @ said + mass, 1e-12)
        scores.append(f1[there].mean() if there.any() else 0.0)
    return float(grid[int(np.argmax(scores))])


def _logit(share: float) -> float:
    inside = min(max(share, _LOW), _HIGH)
    return float(np.log(inside / (1.0 - inside)))
