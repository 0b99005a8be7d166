"""Softmax regression on soft labels, for dense and for sparse features."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import minimize

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
) -> Floats:
    """Coefficients [d + 1, C] (the last row is the bias) of L2-penalised softmax regression.

    features: float32 [n, d], dense or CSR; targets: soft labels [n, C]; weights: [n]; ``c`` is
    scikit-learn's inverse strength: the penalty is ``0.5 |W|^2`` against ``c`` times the weighted
    sum of cross-entropies, the bias free. L-BFGS, so the same input gives the same bits.
    """
    n, d = features.shape
    classes = targets.shape[1]
    w = np.ones(n, np.float32) if weights is None else np.asarray(weights, np.float32)
    w = w / w.sum()
    mass = float(n if weights is None else weights.sum())
    penalty = 1.0 / (c * mass)
    transposed = features.T.tocsr() if sp.issparse(features) else features.T
    row_mass = targets.sum(axis=1, keepdims=True)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        v = flat.astype(np.float32).reshape(d + 1, classes)
        z = features @ v[:-1] + v[-1]
        z -= z.max(axis=1, keepdims=True)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)
        cross = -(w * (targets * (z - np.log(total))).sum(axis=1)).sum()
        slope = (e / total * row_mass - targets) * w[:, None]
        gradient = np.empty((d + 1, classes), np.float64)
        gradient[:-1] = transposed @ slope + penalty * v[:-1]
        gradient[-1] = slope.sum(axis=0)
        return float(cross) + 0.5 * penalty * float((v[:-1] ** 2).sum()), gradient.ravel()

    begin = np.zeros((d + 1) * classes) if start is None else start.ravel().astype(np.float64)
    options = {"maxiter": iterations, "maxcor": 10, "ftol": 1e-6, "gtol": 1e-5}
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options=options)
    return np.asarray(found.x.reshape(d + 1, classes), np.float32)
