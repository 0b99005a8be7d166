"""Scoring texts with a nano table through the compiled kernel, where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from nanonet.runtime._threads import spread, thread_count
from nanonet.runtime._weights import NanoWeights
from nanonet.runtime.scorer import Floats
from nanonet.text import GramSpec, code_page, fold


def _import() -> Any:
    try:
        return import_module("nanonet._kernel")
    except ImportError:  # installed without a compiler
        return None


_kernel = _import()
HERE = _kernel is not None


class CompiledTable:
    """The same numbers as ``NumpyTable``, to the bit, without the interpreter's lock."""

    name = "compiled"

    def __init__(self, weights: NanoWeights, spec: GramSpec) -> None:
        self._classes = len(weights.bias)
        self._table: Any = _kernel.Table(
            weights.keys.tobytes(),
            weights.rows.tobytes(),
            weights.multipliers().tobytes(),
            weights.bias.astype(np.float64).tobytes(),
            weights.unit,
            (spec.word_ngrams, spec.boundaries, spec.char_ngrams, spec.max_chars),
            fold,
            code_page,
        )

    def logits(self, texts: Sequence[str], threads: int | None = None) -> Floats:
        """float32 [n, C]."""
        parts = spread(self._table.logits, texts, thread_count(len(texts), threads))
        raw = parts[0] if len(parts) == 1 else b"".join(parts)
        found = np.frombuffer(bytearray(raw) if len(parts) > 1 else raw, np.float32)
        return found.reshape(len(texts), self._classes)

    def best(
        self, texts: Sequence[str], names: tuple[str, ...], threads: int | None = None
    ) -> list[str]:
        """The name of the largest logit of each text."""
        count = thread_count(len(texts), threads)
        if count == 1:  # one text must not pay for what many need
            found: list[str] = self._table.best(texts, names)
            return found
        parts = spread(lambda part: self._table.best(part, names), texts, count)
        return [name for part in parts for name in part]
