"""The nano student: a bag of hashed n-grams, one int8 row of class scores for each known one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import FormatError
from nanonet.runtime._keys import KeyIndex
from nanonet.runtime.scorer import Floats
from nanonet.text import Grams, GramSpec, featurise, gram_spans

_FLOATS_AT_ONCE = 1 << 19  # 2 MB of gathered rows: they stay in the cache, however many classes


class NanoScorer:
    """logits = bias + (sum of scale x row over the known n-grams) / sqrt(number of all n-grams).

    keys: uint32 [R], ascending; rows: int8 [R, C]; scales: float32 [R]; bias: float32 [C].
    Raises FormatError where these do not fit together.
    """

    exact = True

    def __init__(
        self,
        keys: NDArray[np.uint32],
        rows: NDArray[np.int8],
        scales: Floats,
        bias: Floats,
        spec: GramSpec,
    ) -> None:
        _check(keys, rows, scales, bias)
        self.bias, self.spec = bias, spec
        self._rows, self._scales = rows, scales
        self._index = KeyIndex(keys)

    @property
    def class_count(self) -> int:
        """C."""
        return len(self.bias)

    def logits(self, texts: Sequence[str]) -> Floats:
        """Raw scores, float32 [n, C]; a text of unknown n-grams only gets the bias."""
        return self.logits_of_grams(featurise(texts, self.spec))

    def logits_of_grams(self, grams: Grams) -> Floats:
        """The same from n-grams that are there already (of the same ``spec``)."""
        out = np.empty((len(grams), self.class_count), np.float32)
        for first, last in _ranges(grams.indptr, _FLOATS_AT_ONCE // self.class_count):
            offsets = grams.indptr[first : last + 1]
            ids = grams.ids[offsets[0] : offsets[-1]]
            out[first:last] = self._score(ids, offsets - offsets[0])
        return out

    def evidence(self, text: str, column: int) -> list[tuple[str, float]]:
        """The share of every known n-gram of the text; with the bias they add up to the logit."""
        spans = gram_spans(text, self.spec)
        ids = np.array([i for i, _ in spans], np.uint32)
        positions, known = self._index.find(ids)
        values = self._rows[positions[known], column] * self._scales[positions[known]]
        values = values.astype(np.float64) / np.sqrt(max(1, len(spans)))
        return [(spans[i][1], float(v)) for i, v in zip(np.flatnonzero(known), values, strict=True)]

    def _score(self, ids: NDArray[np.uint32], offsets: NDArray[np.int64]) -> Floats:
        positions, known = self._index.find(ids)
        positions = positions[known]
        # `take` is quicker than indexing; a float table, four times as big, would gain little more.
        values = self._rows.take(positions, axis=0).astype(np.float32)
        values *= self._scales.take(positions)[:, None]
        # Texts without a known n-gram must be left out: reduceat cannot add up nothing.
        before = np.concatenate([[0], np.cumsum(known)])[offsets]
        filled = before[1:] > before[:-1]
        sums = np.zeros((len(filled), self.class_count), np.float32)
        if len(values):
            sums[filled] = np.add.reduceat(values, before[:-1][filled], axis=0)
        sums /= np.sqrt(np.maximum(1, np.diff(offsets))).astype(np.float32)[:, None]
        return self.bias + sums


def _ranges(indptr: NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Consecutive texts with at most ``most`` n-grams together (or one text alone)."""
    first, texts = 0, len(indptr) - 1
    while first < texts:
        last = int(np.searchsorted(indptr, indptr[first] + most, side="right")) - 1
        last = min(max(last, first + 1), texts)
        yield first, last
        first = last


def _check(keys: NDArray[np.uint32], rows: NDArray[np.int8], scales: Floats, bias: Floats) -> None:
    wanted: dict[str, tuple[NDArray[Any], type, tuple[int, ...]]] = {
        "keys": (keys, np.uint32, (len(keys),)),
        "rows": (rows, np.int8, (len(keys), len(bias))),
        "scales": (scales, np.float32, (len(keys),)),
        "bias": (bias, np.float32, (len(bias),)),
    }
    for name, (array, kind, shape) in wanted.items():
        if array.dtype != kind or array.shape != shape:
            raise FormatError(
                f"the nano student's '{name}' is {array.dtype} {list(array.shape)}; with "
                f"{len(keys)} keys and {len(bias)} classes it must be {np.dtype(kind)} "
                f"{list(shape)}"
            )
    if len(keys) > 1 and not (keys[1:] > keys[:-1]).all():
        raise FormatError("the nano student's 'keys' are not ascending and distinct; fit again")
