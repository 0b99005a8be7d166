"""The nano student: a bag of hashed n-grams, one int8 row of class scores for each known one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nanonet.errors import UserError
from nanonet.runtime import _compiled_table
from nanonet.runtime._compiled_table import CompiledTable
from nanonet.runtime._keys import KeyIndex
from nanonet.runtime._numpy_table import NumpyTable
from nanonet.runtime._weights import NanoWeights
from nanonet.runtime.scorer import Floats
from nanonet.text import GramSpec, gram_spans


def kernel() -> str:
    """Which one nano students run with here: 'compiled', or 'numpy' where that was not built."""
    return CompiledTable.name if _compiled_table.HERE else NumpyTable.name


class NanoScorer:
    """logits = bias + (sum of multiplier x row over the known n-grams) x unit / sqrt(all n-grams).

    The sum is of whole numbers, so its order changes nothing, and the compiled kernel and NumPy
    agree to the last bit. compiled: None takes the kernel where it is there, False never, True
    raises UserError where it is not. Raises FormatError where the weights do not fit together.
    """

    exact = True

    def __init__(
        self, weights: NanoWeights, spec: GramSpec, *, compiled: bool | None = None
    ) -> None:
        if compiled and not _compiled_table.HERE:
            raise UserError(
                "this installation has no compiled kernel (it had no C compiler); install one and "
                "run: pip install --force-reinstall --no-binary nanonet nanonet"
            )
        self.bias, self.spec = weights.bias, spec
        self._weights = weights
        self._index = KeyIndex(weights.keys)
        use = _compiled_table.HERE if compiled is None else compiled
        self._table = CompiledTable(weights, spec) if use else NumpyTable(weights, spec)
        self.best = self._table.best  # no detour: one text takes a few microseconds

    @property
    def kernel(self) -> str:
        """'compiled' or 'numpy'."""
        return self._table.name

    @property
    def class_count(self) -> int:
        """C."""
        return len(self.bias)

    def logits(self, texts: Sequence[str], threads: int | None = None) -> Floats:
        """Raw scores, float32 [n, C]; a text of unknown n-grams only gets the bias."""
        return self._table.logits(texts, threads)

    def answering(self, text: str) -> NanoScorer:
        """Itself."""
        return self

    def evidence(self, text: str, column: int) -> list[tuple[str, float]]:
        """The share of every known n-gram of the text; with the bias they add up to the logit."""
        spans = gram_spans(text, self.spec)
        positions, known = self._index.find(np.array([i for i, _ in spans], np.uint32))
        met = positions[known]
        weights = self._weights
        values = weights.rows[met, column] * weights.multipliers()[met].astype(np.float64)
        values *= weights.unit / np.sqrt(max(1, len(spans)))
        return [(spans[i][1], float(v)) for i, v in zip(np.flatnonzero(known), values, strict=True)]
