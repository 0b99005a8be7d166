"""A probability for each class by itself, to the last bit the same on every machine."""

from __future__ import annotations

import numpy as np

from nanonet.runtime._softmax import exp
from nanonet.runtime.scorer import Floats

_LOWEST = -700.0


def sigmoid(logits: Floats, scale: Floats, shift: Floats) -> Floats:
    """1 / (1 + exp(-(scale * logit + shift))), float32 [n, C], computed in float64."""
    x = logits.astype(np.float64) * scale.astype(np.float64) + shift.astype(np.float64)
    power = exp(np.maximum(-np.abs(x), _LOWEST))
    return np.where(x >= 0, 1.0 / (1.0 + power), power / (1.0 + power)).astype(np.float32)
