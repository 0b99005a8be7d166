"""What the classifier needs of a student."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CHUNK = 2_048
"""Texts scored at once: enough to be quick, few enough that memory stays flat."""


class Scorer(Protocol):
    """A student that can score. A text's scores never depend on the texts beside it.

    ``threads``: how many to use at most; None lets the student choose, and a student whose
    arithmetic has threads of its own may ignore it. The answer is the same to the bit.
    """

    @property
    def exact(self) -> bool:
        """Whether ``evidence`` adds up to the logit, or is found by leaving words out."""

    @property
    def class_count(self) -> int:
        """How many columns ``logits`` has."""

    @property
    def bias(self) -> Floats:
        """What the logits start from, [C]."""

    def logits(self, texts: Sequence[str], threads: int | None = None) -> Floats:
        """Raw scores, float32 [n, C]."""

    def best(
        self, texts: Sequence[str], names: tuple[str, ...], threads: int | None = None
    ) -> list[str]:
        """For each text the name of the column with the largest logit (the first of equals)."""

    def evidence(self, text: str, column: int) -> list[tuple[str, float]]:
        """Parts of the text, in reading order, with what each adds to the logit of ``column``."""

    def answering(self, text: str) -> Scorer:
        """The student whose answer for ``text`` counts: itself, unless it asks another one."""


def chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts, ``CHUNK`` at a time."""
    for start in range(0, len(texts), CHUNK):
        yield texts[start : start + CHUNK]


def best_names(logits: Floats, names: tuple[str, ...]) -> list[str]:
    """The name of the largest logit of each row (the first of equals)."""
    return [names[column] for column in logits.argmax(axis=1).tolist()] if len(logits) else []
