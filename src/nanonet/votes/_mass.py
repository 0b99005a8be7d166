"""Votes as probabilities over all classes, one source at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.votes.table import VoteTable

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Opinion:
    """What one source says: rows of the pile [k], ascending, and probabilities [k, C] for them."""

    name: str
    doc: NDArray[np.int64]
    probability: Floats
    cost: float

    @property
    def guess(self) -> NDArray[np.int64]:
        """The likeliest class of each row [k]."""
        return np.asarray(self.probability.argmax(axis=1), np.int64)

    def sure(self) -> Floats:
        """How far each row is from knowing nothing [k]: 0 for equal shares, 1 for certain."""
        even = 1.0 / self.probability.shape[1]
        share = (self.probability.max(axis=1) - even) / (1.0 - even)
        return np.asarray(np.clip(share, 0.0, 1.0), np.float32)


def opinions(table: VoteTable, n_classes: int) -> tuple[Opinion, ...]:
    """One opinion a source, in the order of their appearance.

    What a source leaves of the probability of a text goes to the classes it did not name, in equal
    shares (to all of them where it named each); more than one in all is scaled down to one.
    """
    number = {name: i for i, name in enumerate(table.sources)}
    of = np.fromiter((number[name] for name in table.source), np.int64, len(table))
    found = []
    for i, name in enumerate(number):
        mine = of == i
        at = np.flatnonzero(mine & table.cast)
        found.append(_opinion(table, at, n_classes, name, float(table.cost[mine].sum())))
    return tuple(found)


def _opinion(
    table: VoteTable, at: NDArray[np.int64], n_classes: int, name: str, cost: float
) -> Opinion:
    doc, row = np.unique(table.doc[at], return_inverse=True)
    mass = np.zeros((len(doc), n_classes))
    np.add.at(mass, (row, table.label[at]), table.probability[at])
    named = np.zeros((len(doc), n_classes), bool)
    named[row, table.label[at]] = True
    total = mass.sum(axis=1, keepdims=True)
    mass /= np.maximum(total, 1.0)
    left = np.maximum(0.0, 1.0 - total)
    others = n_classes - named.sum(axis=1, keepdims=True)
    mass += np.where(others, np.where(named, 0.0, left / np.maximum(others, 1)), left / n_classes)
    return Opinion(name, doc, mass.astype(np.float32), cost)
