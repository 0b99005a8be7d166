"""Softmax regression on soft labels, for dense and for sparse features."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._lbfgs import minimise

Floats = NDArray[np.float32]


def softmax(logits: Floats) -> Floats:
    """Row-wise softmax of [n, C] logits."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float32)


def one_hot(y: NDArray[np.int64], classes: int) -> Floats:
    """Class numbers [n] to rows [n, C] with a single one."""
    return np.eye(classes, dtype=np.float32)[y]


def linear_logits(features: Any, coefficients: Floats) -> Floats:
    """Logits [n, C] of features [n, d] (dense or CSR) under coefficients [d + 1, C]."""
    return np.asarray(features @ coefficients[:-1] + coefficients[-1], np.float32)


def fit_softmax(
    features: Any,
    targets: Floats,
    *,
    weights: Floats | None = None,
    c: float = 1.0,
    start: Floats | None = None,
    iterations: int = 50,
    tolerance: float = 1e-6,
) -> Floats:
    """Coefficients [d + 1, C] (the last row is the bias) of L2-penalised softmax regression.

    features: float32 [n, d], dense or CSR; targets: soft labels [n, C]; weights: [n]; ``c`` is
    scikit-learn's inverse strength: the penalty is ``0.5 |W|^2`` against ``c`` times the weighted
    sum of cross-entropies, the bias free. L-BFGS, so the same input gives the same bits; it ends
    when a step gains less than ``tolerance`` of the loss.
    """
    n, d = features.shape
    classes = targets.shape[1]
    w = np.ones(n, np.float32) if weights is None else np.asarray(weights, np.float32)
    w = w / w.sum()
    mass = float(n if weights is None else weights.sum())
    penalty = np.float32(1.0 / (c * mass))
    transposed = features.T  # of CSR a CSC, whose product is as quick
    row_mass = targets.sum(axis=1, keepdims=True)

    def loss(flat: Floats) -> tuple[float, Floats]:
        v = flat.reshape(d + 1, classes)
        z = features @ v[:-1] + v[-1]
        z -= z.max(axis=1, keepdims=True)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)
        cross = -float(np.vdot(w, (targets * (z - np.log(total))).sum(axis=1)))
        slope = (e / total * row_mass - targets) * w[:, None]
        gradient = np.empty((d + 1, classes), np.float32)
        gradient[:-1] = transposed @ slope + penalty * v[:-1]
        gradient[-1] = slope.sum(axis=0)
        size = float(np.vdot(v[:-1], v[:-1]))
        return cross + 0.5 * penalty * size, gradient.ravel()

    begin = np.zeros((d + 1) * classes, np.float32) if start is None else start.ravel()
    return minimise(loss, begin, iterations, tolerance).reshape(d + 1, classes)
