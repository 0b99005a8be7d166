"""A logistic regression for each class by itself, all of them at once, on soft labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from nanonet.learn._lbfgs import minimise
from nanonet.learn._softmax import Floats

_FAR = 30.0


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + exp(-logits)) of every entry."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -_FAR, _FAR))), np.float32)


def logit(probabilities: Floats) -> Floats:
    """The reverse of :func:`sigmoid`, within 1e-6 of the ends."""
    inside = np.clip(probabilities.astype(np.float64), 1e-6, 1.0 - 1e-6)
    return np.asarray(np.log(inside) - np.log1p(-inside), np.float32)


def fit_sigmoid(
    features: Any,
    targets: Floats,
    *,
    weights: Floats | None = None,
    c: float = 1.0,
    start: Floats | None = None,
    iterations: int = 60,
    tolerance: float = 1e-6,
) -> Floats:
    """Coefficients [d + 1, C] (the last row is the bias) of C L2-penalised logistic regressions.

    features: float32 [n, d], dense or CSR; targets: [n, C] in [0, 1]; weights: [n] or [n, C];
    ``c`` is scikit-learn's inverse strength: for each class the penalty is ``0.5 |w|^2`` against
    ``c`` times its weighted sum of losses, the bias free. One L-BFGS over all classes, so the same
    input gives the same bits.
    """
    n, d = features.shape
    classes = targets.shape[1]
    w = np.ones((n, 1), np.float32) if weights is None else np.asarray(weights, np.float32)
    w = w.reshape(n, -1)
    mass = float(w.sum()) / w.shape[1]
    w = w / np.float32(mass)
    penalty = np.float32(1.0 / (c * mass))
    transposed = features.T  # of CSR a CSC, whose product is as quick

    def loss(flat: Floats) -> tuple[float, Floats]:
        v = flat.reshape(d + 1, classes)
        z = np.asarray(features @ v[:-1] + v[-1], np.float32)
        e = np.exp(-np.abs(z))
        cross = float((w * (np.maximum(z, 0) - targets * z + np.log1p(e))).sum())
        slope = (np.where(z >= 0, 1.0, e) / (1.0 + e) - targets) * w
        gradient = np.empty((d + 1, classes), np.float32)
        gradient[:-1] = transposed @ slope + penalty * v[:-1]
        gradient[-1] = slope.sum(axis=0)
        return cross + 0.5 * penalty * float(np.vdot(v[:-1], v[:-1])), gradient.ravel()

    begin = np.zeros((d + 1) * classes, np.float32) if start is None else start.ravel()
    return minimise(loss, begin, iterations, tolerance).reshape(d + 1, classes)
