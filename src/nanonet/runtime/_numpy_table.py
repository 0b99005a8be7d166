"""Scoring texts with a nano table in NumPy, where there is no compiled kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from nanonet.runtime._keys import KeyIndex
from nanonet.runtime._weights import NanoWeights
from nanonet.runtime.scorer import Floats, best_names, chunks
from nanonet.text import Grams, GramSpec, featurise

_NUMBERS_AT_ONCE = 1 << 18  # 2 MB of gathered rows: they stay in the cache, however many classes


class NumpyTable:
    """Sums are of whole numbers below 2**53, which float64 adds exactly, in whatever order."""

    name = "numpy"

    def __init__(self, weights: NanoWeights, spec: GramSpec) -> None:
        self._index = KeyIndex(weights.keys)
        self._rows, self._multipliers = weights.rows, weights.multipliers()
        self._unit, self._bias = weights.unit, weights.bias.astype(np.float64)
        self._spec = spec

    def logits(self, texts: Sequence[str], threads: int | None = None) -> Floats:
        """float32 [n, C]; one thread, whatever is asked for."""
        found = [self._of_grams(featurise(part, self._spec)) for part in chunks(texts)]
        return np.concatenate(found) if found else np.zeros((0, len(self._bias)), np.float32)

    def best(
        self, texts: Sequence[str], names: tuple[str, ...], threads: int | None = None
    ) -> list[str]:
        """The name of the largest logit of each text."""
        return best_names(self.logits(texts), names)

    def _of_grams(self, grams: Grams) -> Floats:
        out = np.empty((len(grams), len(self._bias)), np.float32)
        for first, last in _ranges(grams.indptr, _NUMBERS_AT_ONCE // len(self._bias)):
            offsets = grams.indptr[first : last + 1]
            ids = grams.ids[offsets[0] : offsets[-1]]
            out[first:last] = self._score(ids, offsets - offsets[0])
        return out

    def _score(self, ids: NDArray[np.uint32], offsets: NDArray[np.int64]) -> Floats:
        positions, known = self._index.find(ids)
        positions = positions[known]
        # `take` is quicker than indexing; a float table, eight times as big, would gain little.
        values = self._rows.take(positions, axis=0).astype(np.float64)
        values *= self._multipliers.take(positions)[:, None]
        # Texts without a known n-gram must be left out: reduceat cannot add up nothing.
        before = np.concatenate([[0], np.cumsum(known)])[offsets]
        filled = before[1:] > before[:-1]
        sums = np.zeros((len(filled), len(self._bias)))
        if len(values):
            sums[filled] = np.add.reduceat(values, before[:-1][filled], axis=0)
        shares = self._unit / np.sqrt(np.maximum(1, np.diff(offsets)))
        with np.errstate(over="ignore"):
            return (self._bias + sums * shares[:, None]).astype(np.float32)


def _ranges(indptr: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Consecutive texts with at most ``most`` n-grams together (or one text alone)."""
    first, texts = 0, len(indptr) - 1
    while first < texts:
        last = int(np.searchsorted(indptr, indptr[first] + most, side="right")) - 1
        last = min(max(last, first + 1), texts)
        yield first, last
        first = last
