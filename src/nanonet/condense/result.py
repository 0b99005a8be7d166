"""A condensed table: what stays of it, what it is meant for, and how well it serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nanonet.condense.reading import Reading
from nanonet.learn import Floats

SYNTHETIC = "synthetic"
"""What stands in the place of a source row where an item was made and not taken from the table."""


@dataclass(frozen=True)
class Item:
    """One row: a text, where it comes from, what it is taught as, and how much it counts.

    source: row of the given table, counted from 1, or ``SYNTHETIC``; labels: one share a class.
    """

    text: str
    source: int | str
    label: str
    labels: tuple[float, ...]
    weight: float

    def to_dict(self, classes: Sequence[str]) -> dict[str, Any]:
        """Plain values for one line of JSON; classes of no share are left out."""
        shares = zip(classes, self.labels, strict=True)
        return {
            "text": self.text,
            "source_row": self.source,
            "label": self.label,
            "labels": {name: round(share, 6) for name, share in shares if round(share, 6) > 0},
            "weight": round(self.weight, 6),
        }


@dataclass(frozen=True)
class Trained:
    """The learner the rows are meant for: see :mod:`nanonet.condense.learner`."""

    encoder: str
    fingerprint: str
    reading: Reading
    readouts: tuple[str, ...]
    c: float
    sharpen: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "encoder": self.encoder,
            "fingerprint": self.fingerprint,
            "readouts": [
                {"position": at, "name": name, "weight": share}
                for at, name, share in zip(
                    self.reading.index, self.readouts, self.reading.weight, strict=True
                )
            ],
            "c": self.c,
            "sharpen": self.sharpen,
        }


@dataclass(frozen=True)
class Condensed:
    """Items, the classes in their order, the learner, and the facts of the making.

    facts: plain values without times or paths: method, seed, the table's rows and fingerprint, what
    the guard removed, and ``held_out`` with the accuracies on rows that nothing was chosen by.
    """

    items: tuple[Item, ...]
    classes: tuple[str, ...]
    trained: Trained
    facts: dict[str, Any]

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts, in the items' order."""
        return tuple(item.text for item in self.items)

    @property
    def labels(self) -> Floats:
        """Soft labels [m, C], each row adding up to one."""
        table = np.array([item.labels for item in self.items], np.float64)
        return np.asarray(table / table.sum(axis=1, keepdims=True), np.float32)

    @property
    def weights(self) -> Floats:
        """Weights [m]."""
        return np.array([item.weight for item in self.items], np.float32)
