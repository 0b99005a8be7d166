"""A small L-BFGS in single precision for large, smooth, convex losses.

scipy's L-BFGS-B keeps bounds and double-precision vectors: on half a million coefficients its own
bookkeeping took longer than the losses. Nocedal & Wright (2006), algorithms 7.4 and 7.5.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Loss = Callable[[Floats], tuple[float, Floats]]

MEMORY = 8
_ARMIJO = 1e-4


def minimise(loss: Loss, start: Floats, iterations: int, tolerance: float = 1e-6) -> Floats:
    """The point reached from ``start`` [d] after at most ``iterations`` steps.

    loss: value and gradient [d]. Stops early when a step gains less than ``tolerance`` of the
    value or when no step along the direction gains anything.
    """
    x = start.astype(np.float32)
    value, gradient = loss(x)
    pairs: deque[tuple[Floats, Floats, float]] = deque(maxlen=MEMORY)
    for _ in range(iterations):
        direction = _direction(gradient, pairs)
        slope = float(gradient @ direction)
        if slope >= 0:  # rounding spoiled the curvature: start afresh from the gradient
            pairs.clear()
            direction, slope = -gradient, -float(gradient @ gradient)
        step = 1.0 if pairs else min(1.0, 1.0 / max(float(np.abs(gradient).sum()), 1e-12))
        moved = _search(loss, x, value, direction, slope, step, grow=not pairs)
        if moved is None:
            return x
        new_x, new_value, new_gradient = moved
        change, turn = new_x - x, new_gradient - gradient
        curvature = float(change @ turn)
        if curvature > 1e-12:
            pairs.append((change, turn, curvature))
        gained = value - new_value
        x, value, gradient = new_x, new_value, new_gradient
        if gained < tolerance * max(abs(value), 1e-6):
            return x
    return x


def _direction(gradient: Floats, pairs: deque[tuple[Floats, Floats, float]]) -> Floats:
    """The two-loop recursion: minus the approximate inverse Hessian times the gradient."""
    q = -gradient
    factors = []
    for change, turn, curvature in reversed(pairs):
        factor = float(change @ q) / curvature
        factors.append(factor)
        q -= np.float32(factor) * turn
    if pairs:
        _, turn, curvature = pairs[-1]
        q *= np.float32(curvature / float(turn @ turn))
    for (change, turn, curvature), factor in zip(pairs, reversed(factors), strict=True):
        q += np.float32(factor - float(turn @ q) / curvature) * change
    return q


def _search(
    loss: Loss,
    x: Floats,
    value: float,
    direction: Floats,
    slope: float,
    step: float,
    grow: bool,
) -> tuple[Floats, float, Floats] | None:
    """A step with sufficient decrease: halved until it has one; the first one may also grow."""
    best = None
    for _ in range(30):
        point = x + np.float32(step) * direction
        found, gradient = loss(point)
        if found <= value + _ARMIJO * step * slope:
            if best is not None and found >= best[1]:
                return best
            best = (point, found, gradient)
            if not grow:
                return best
            step *= 4.0
        elif best is not None:
            return best
        else:
            step *= 0.5
            grow = False
    return best
