"""Texts as bags of hashed n-grams, numbered by a vocabulary of those that occur."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nanonet.text import Grams

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Bags:
    """The known n-grams of n texts: those of text i are ``index[indptr[i]:indptr[i + 1]]``.

    index: positions in the vocabulary; sizes: n-grams of each text, unknown ones included.
    """

    indptr: Whole
    index: Whole
    sizes: Whole

    def take(self, rows: Whole) -> tuple[Tensor, Tensor, Tensor]:
        """(grams, offsets, sizes) of some texts, as a batch has them."""
        parts = [self.index[self.indptr[row] : self.indptr[row + 1]] for row in rows]
        lengths = np.array([len(part) for part in parts], np.int64)
        flat = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        offsets = np.cumsum(lengths) - lengths
        return tuple(map(torch.from_numpy, (flat, offsets, self.sizes[rows])))  # type: ignore[return-value]


def vocabulary(labelled: Grams, pool: Grams, least: int = 2) -> NDArray[np.uint32]:
    """The n-grams, ascending, that occur in a labelled text or ``least`` times in the pool."""
    found, times = np.unique(pool.ids, return_counts=True)
    return np.union1d(labelled.ids, found[times >= least]).astype(np.uint32)


def bag(grams: Grams, keys: NDArray[np.uint32]) -> Bags:
    """The n-grams of each text that are among ``keys`` (ascending)."""
    at = np.searchsorted(keys, grams.ids)
    known = np.zeros(len(grams.ids), bool)
    if len(keys):
        at = np.minimum(at, len(keys) - 1)
        known = keys[at] == grams.ids
    before = np.concatenate([[0], np.cumsum(known)]).astype(np.int64)
    sizes = np.maximum(1, np.diff(grams.indptr)).astype(np.int64)
    return Bags(before[grams.indptr], at[known].astype(np.int64), sizes)


def empty_bags(texts: Sequence[str]) -> Bags:
    """Bags for a cohort without a nano student."""
    return Bags(
        np.zeros(len(texts) + 1, np.int64), np.zeros(0, np.int64), np.ones(len(texts), np.int64)
    )
