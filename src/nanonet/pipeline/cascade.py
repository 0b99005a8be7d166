"""How much a cascade passes on: the threshold, and accuracy against cost on the pool."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn import Floats

MOST_PASSED = 0.25  # a cascade costs at most about a quarter of its micro student
WITHIN = 0.002  # of accuracy: the least share that is as good as the best share, but for so much
_STEP = 0.01


@dataclass(frozen=True)
class CascadePoint:
    """One threshold: the share of texts passed to micro, and what the answers then lose.

    loss: of accuracy against micro alone, by the pool's soft labels (below zero where the two
    together do better).
    """

    threshold: float
    passed: float
    loss: float


@dataclass(frozen=True)
class CascadePlan:
    """The point chosen, and the whole curve from nothing passed to everything."""

    chosen: CascadePoint
    curve: tuple[CascadePoint, ...]
    why: str

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


def plan_cascade(
    sure: Floats, nano: Floats, micro: Floats, teacher: Floats, most: float = MOST_PASSED
) -> CascadePlan:
    """Choose how sure nano must be, by pool texts that its table was not made from.

    sure: [n] nano's calibrated confidence; nano, micro: [n, C] logits; teacher: [n, C] soft labels;
    most: largest share to pass on. Taken is the least share whose answers are worth as much to the
    teacher as those of the best share up to ``most``, but for WITHIN. The teacher leans towards
    micro, so it overstates what a share loses; between shares the lean is much the same.
    """
    at = np.arange(len(sure))
    believed = teacher.astype(np.float64)
    gain = believed[at, micro.argmax(axis=1)] - believed[at, nano.argmax(axis=1)]
    order = np.argsort(sure, kind="stable")
    left = np.concatenate([[float(gain.sum())], gain.sum() - np.cumsum(gain[order])]) / len(sure)
    shares = np.round(np.arange(0.0, 1.0 + _STEP / 2, _STEP), 2)
    ascending = sure[order]
    curve = tuple(_point(float(share), ascending, left) for share in shares)
    allowed = [point for point in curve if point.passed <= most + 1e-9] or [curve[0]]
    best = min(point.loss for point in allowed)
    chosen = next(point for point in allowed if point.loss <= best + WITHIN)
    why = (
        f"the least share within {100 * WITHIN:g} points of the best one up to {most:.0%}, by the "
        "soft labels of the pool"
    )
    return CascadePlan(chosen, curve, why)


def _point(share: float, ascending: Floats, left: NDArray[np.float64]) -> CascadePoint:
    passed = round(share * len(ascending))
    if passed == 0:
        threshold = 0.0
    elif passed >= len(ascending):
        threshold = 1.0
    else:
        threshold = float(ascending[passed])
    return CascadePoint(threshold, share, float(left[passed]))
