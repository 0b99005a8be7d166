"""A nearest-neighbour graph over the pile, and smoothing of soft labels along it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats

NEIGHBOURS = 25
_BLOCK = 1024


def neighbours(features: Floats, k: int = NEIGHBOURS) -> NDArray[np.int32]:
    """The k nearest rows of every row by inner product, int32 [n, k], itself excluded.

    Exact and in blocks: 20,000 rows of 384 take a few seconds on two cores, so no index library
    earns its weight here.
    """
    n = len(features)
    k = min(k, n - 1)
    out = np.empty((n, max(k, 0)), np.int32)
    if k < 1:
        return out
    for first in range(0, n, _BLOCK):
        near = features[first : first + _BLOCK] @ features.T
        rows = np.arange(len(near))
        near[rows, first + rows] = -np.inf
        out[first : first + _BLOCK] = np.argpartition(-near, k - 1, axis=1)[:, :k]
    return out


def smooth(labels: Floats, near: NDArray[np.int32], times: int = 2) -> Floats:
    """Soft labels [n, C], each row averaged half and half with its neighbours', ``times`` over."""
    if not near.shape[1]:
        return labels
    out = labels
    for _ in range(times):
        mean = np.zeros_like(out)
        for column in range(near.shape[1]):
            mean += out[near[:, column]]
        out = 0.5 * out + 0.5 / near.shape[1] * mean
    return np.asarray(out / out.sum(axis=1, keepdims=True), np.float32)
