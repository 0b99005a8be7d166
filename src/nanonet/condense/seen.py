"""What a method of condensing is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nanonet.learn import Floats, fit_softmax, one_hot
from nanonet.progress import Progress

Rows = NDArray[np.int64]
FULL_C = 10.0
"""Inverse penalty of the regression on the whole table: ``learn.starts.READOUTS_C``."""


@dataclass(frozen=True)
class Seen:
    """A labelled table as the learner sees it.

    features: the encoder view [n, d]; y: classes [n] in ``0..classes-1``.
    """

    features: Floats
    y: Rows
    classes: int

    def __len__(self) -> int:
        return len(self.y)

    def rows(self, index: Rows) -> Seen:
        """Some of the rows."""
        return Seen(self.features[index], self.y[index], self.classes)

    @cached_property
    def full(self) -> Floats:
        """The head of the whole table: coefficients [d + 1, C] from its own, hard labels."""
        target = one_hot(self.y, self.classes)
        return fit_softmax(self.features, target, c=FULL_C, iterations=100)

    @cached_property
    def squares(self) -> Floats:
        """Squared length [n] of each row."""
        return np.einsum("ij,ij->i", self.features, self.features)


@dataclass(frozen=True)
class Kept:
    """A condensed table over the rows of a :class:`Seen`.

    rows: row numbers [m]; labels: soft labels [m, C], rows adding up to one; weights: [m], mean
    one; c: inverse penalty of the regression they are meant for; sharpen: what its logits are
    multiplied with afterwards; notes: sentences for the report.
    """

    rows: Rows
    labels: Floats
    weights: Floats
    c: float
    sharpen: float
    notes: tuple[str, ...] = ()


class Method(Protocol):
    """One way to choose rows of a table and to label them."""

    @property
    def name(self) -> str:
        """As in ``--method``."""

    @property
    def what(self) -> str:
        """One line for people."""

    def condense(
        self, seen: Seen, quota: Rows, rng: np.random.Generator, progress: Progress
    ) -> Kept:
        """Keep ``quota[c]`` rows of each class c (every entry at least one)."""


Chooser = Callable[[Seen, Rows, np.random.Generator], Rows]
"""Row numbers, ``quota[c]`` of each class c, class by class in the order they were chosen."""
