"""A nearest-neighbour graph over the pile, and smoothing of soft labels along it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats

NEIGHBOURS = 25
_BLOCK = 256
_GROUP = 16


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

    def block(first: int) -> None:
        far = -(features[first : first + _BLOCK] @ features.T)
        rows = np.arange(len(far))
        far[rows, first + rows] = np.inf
        out[first : first + _BLOCK] = _smallest(far, k)

    # numpy lets go of the interpreter while it multiplies and partitions
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(block, range(0, n, _BLOCK)))
    return out


def _smallest(far: Floats, k: int) -> NDArray[np.int64]:
    """Columns of the k smallest entries of every row, exactly.

    They lie in the k groups of columns with the smallest minima, so only those are sorted out:
    ten times quicker than partitioning rows of twenty thousand.
    """
    rows, n = far.shape
    if n <= _GROUP * k * 2:
        return np.argpartition(far, k - 1, axis=1)[:, :k]
    spare = -n % _GROUP
    if spare:
        far = np.pad(far, ((0, 0), (0, spare)), constant_values=np.inf)
    groups = far.reshape(rows, -1, _GROUP)
    near = np.argpartition(groups.min(axis=2), k - 1, axis=1)[:, :k]
    inside = np.take_along_axis(groups, near[:, :, None], axis=1).reshape(rows, -1)
    best = np.argpartition(inside, k - 1, axis=1)[:, :k]
    group = np.take_along_axis(near, best // _GROUP, axis=1)
    return np.asarray(group * _GROUP + best % _GROUP, np.int64)


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
