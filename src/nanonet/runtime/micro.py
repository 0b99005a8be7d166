"""The micro student: readouts of a small transformer encoder and a linear head."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import FormatError
from nanonet.runtime._onnx import OnnxReadouts
from nanonet.runtime.explanation import left_out
from nanonet.runtime.scorer import Floats, best_names, chunks


class MicroScorer:
    """logits = (chosen readouts of the encoder, each of length one, side by side) @ head + bias.

    readouts: int32 [K], positions in the encoder's output; head: float32 [K * dim, C];
    bias: float32 [C]; texts are cut at ``max_tokens`` (special tokens included).
    """

    exact = False

    def __init__(
        self,
        onnx: Path,
        tokenizer: Path,
        *,
        readouts: NDArray[np.int32],
        head: Floats,
        bias: Floats,
        max_tokens: int,
    ) -> None:
        self._encoder = OnnxReadouts(onnx, tokenizer, max_tokens)
        _check(self._encoder.shape(), readouts, head, bias)
        self.bias = bias
        self._readouts, self._head = readouts, head

    @property
    def class_count(self) -> int:
        """C."""
        return len(self.bias)

    def logits(self, texts: Sequence[str], threads: int | None = None) -> Floats:
        """Raw scores, float32 [n, C]; ``threads`` texts are read at once (by default two)."""
        out = np.empty((len(texts), self.class_count), np.float32)
        row = 0
        for part in chunks(texts):
            for feature in self._encoder.encode(part, self._readouts, threads):
                # Row by row: a matrix product may round a row differently in another batch.
                out[row] = feature @ self._head + self.bias
                row += 1
        return out

    def best(
        self, texts: Sequence[str], names: tuple[str, ...], threads: int | None = None
    ) -> list[str]:
        """The name of the likeliest class of each text."""
        return best_names(self.logits(texts, threads), names)

    def answering(self, text: str) -> MicroScorer:
        """Itself."""
        return self

    def evidence(self, text: str, column: int) -> list[tuple[str, float]]:
        """How far the logit falls when a word (of a long text: some words) is left out."""
        return left_out(self.logits, text, column)


def _check(
    output: tuple[int, int], readouts: NDArray[np.int32], head: Floats, bias: Floats
) -> None:
    count, dim = output
    wanted = (len(readouts) * dim, len(bias))
    if head.shape != wanted or head.dtype != np.float32 or bias.dtype != np.float32:
        raise FormatError(
            f"the micro student's head is {head.dtype} {list(head.shape)}; with {len(readouts)} "
            f"readouts of {dim} numbers and {len(bias)} classes it must be float32 {list(wanted)}"
        )
    if not len(readouts) or readouts.min() < 0 or readouts.max() >= count:
        raise FormatError(f"the micro student's readouts are not positions among {count}")
