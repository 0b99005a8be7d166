"""Probabilities that mean something, from scores that were made without seeing the row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanonet.learn._lbfgs import minimise
from nanonet.learn._sigmoid import sigmoid
from nanonet.learn._softmax import Floats

_SHIFT_PULL = 1e-4
_LOG_SCALES = (-3.0, 3.0)  # scores that say the contrary would else be multiplied by nothing


@dataclass(frozen=True)
class Sure:
    """probability = sigmoid(scale * score + shift[c]): how sure all scores are, and each class."""

    scale: float
    shift: Floats

    def proba(self, scores: Floats) -> Floats:
        """Probabilities [n, C]."""
        return sigmoid(np.float32(self.scale) * scores + self.shift)


def calibrate(scores: Floats, truth: Floats, weights: Floats) -> Sure:
    """Scale and shifts at which ``truth`` [n, C] is likeliest, rows weighted by ``weights`` [n].

    One scale for all classes: a class of three positives cannot tell how sure its scores are (Platt
    1999 fits both for each). The shift of a class sets the share of texts it applies to.
    """
    w = np.asarray(weights / weights.sum(), np.float32)[:, None]

    def loss(flat: Floats) -> tuple[float, Floats]:
        scale, shift = np.exp(flat[0]), flat[1:]
        z = scale * scores + shift
        e = np.exp(-np.abs(z))
        cross = float((w * (np.maximum(z, 0) - truth * z + np.log1p(e))).sum())
        slope = (np.where(z >= 0, 1.0, e) / (1.0 + e) - truth) * w
        gradient = np.empty_like(flat)
        gradient[0] = float((slope * scores).sum()) * scale
        gradient[1:] = slope.sum(axis=0) + 2 * _SHIFT_PULL * shift
        return cross + _SHIFT_PULL * float(shift @ shift), gradient

    found = minimise(loss, np.zeros(1 + scores.shape[1], np.float32), 60)
    return Sure(float(np.exp(np.clip(found[0], *_LOG_SCALES))), found[1:])
