"""What a learner is given: vectors, n-grams and the few labels, all in the same row order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats
from nanonet.learn.views import GramView, unit
from nanonet.votes import VoteTable


@dataclass(frozen=True)
class Material:
    """Rows: the n_l labelled texts first, then the pool.

    y: classes [n_l] of the labelled rows; readout(i, rows): raw float32 [len(rows), dim] of one
    readout of some rows; readouts: how many there are; usual: the one the encoder was trained
    for; names: log-evidence [n, C] from class names, or None; opinion: [dim + 1], weights and bias
    on the usual readout whose scores tell good from bad, or None; votes: on rows of the material,
    or None.
    """

    y: NDArray[np.int64]
    classes: int
    rows: int
    readout: Callable[[int, NDArray[np.int64]], Floats]
    readouts: int
    usual: int
    grams: GramView
    names: Floats | None = None
    opinion: Floats | None = None
    votes: VoteTable | None = None

    @property
    def labelled(self) -> int:
        """Number of labelled rows."""
        return len(self.y)

    @property
    def pool_rows(self) -> NDArray[np.int64]:
        """Row numbers of the pool."""
        return np.arange(self.labelled, self.rows)

    def unit_readout(self, i: int, rows: NDArray[np.int64]) -> Floats:
        """One readout of some rows, each scaled to length one."""
        return unit(self.readout(i, rows))


@dataclass(frozen=True)
class LinearHead:
    """A linear classifier on unit-length readouts side by side: what the micro student runs.

    readouts: K positions; weight: [K * dim, C]; bias: [C].
    """

    readouts: tuple[int, ...]
    weight: Floats
    bias: Floats

    def logits(self, material: Material, rows: NDArray[np.int64]) -> Floats:
        """Logits [len(rows), C]."""
        total = np.tile(self.bias, (len(rows), 1))
        dim = len(self.weight) // len(self.readouts)
        for at, i in enumerate(self.readouts):
            total += material.unit_readout(i, rows) @ self.weight[at * dim : (at + 1) * dim]
        return np.asarray(total, np.float32)

    def plus(self, other: LinearHead) -> LinearHead:
        """The head whose logits are the sum of both heads' logits."""
        dim = len(self.weight) // len(self.readouts)
        index = list(self.readouts) + [i for i in other.readouts if i not in self.readouts]
        weight = np.zeros((len(index) * dim, self.weight.shape[1]), np.float32)
        for head in (self, other):
            for at, i in enumerate(head.readouts):
                to = index.index(i) * dim
                weight[to : to + dim] += head.weight[at * dim : (at + 1) * dim]
        return LinearHead(tuple(index), weight, self.bias + other.bias)

    def times(self, by: float) -> LinearHead:
        """The head whose logits are ``by`` times as large."""
        scale = np.float32(by)
        return LinearHead(self.readouts, self.weight * scale, self.bias * scale)

    def shifted(self, by: Floats) -> LinearHead:
        """The head with ``by`` [C] added to its bias."""
        return LinearHead(self.readouts, self.weight, np.asarray(self.bias + by, np.float32))
