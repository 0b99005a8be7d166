"""What the classifier needs of a student."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Scorer(Protocol):
    """A student that can score. A text's scores never depend on the texts beside it."""

    @property
    def exact(self) -> bool:
        """Whether ``evidence`` adds up to the logit, or is found by leaving words out."""

    @property
    def class_count(self) -> int:
        """How many columns ``logits`` has."""

    @property
    def bias(self) -> Floats:
        """What the logits start from, [C]."""

    def logits(self, texts: Sequence[str]) -> Floats:
        """Raw scores, float32 [n, C]."""

    def evidence(self, text: str, column: int) -> list[tuple[str, float]]:
        """Parts of the text, in reading order, with what each adds to the logit of ``column``."""
