"""What the tables hold: counts, lengths, copies, and whether they are what the model learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from nanonet.artefact import ModelFacts
from nanonet.data import Guarded, fingerprint

_EDGES = (0, 5, 10, 20, 40, 80, 160, 320, 640)  # words; the last bin is open


@dataclass(frozen=True)
class TableView:
    """One table. words: quantiles 5, 50, 95 % and the most; lengths: rows in each bin of words."""

    role: str
    rows: int
    fingerprint: str
    words: tuple[int, int, int, int]
    lengths: tuple[int, ...]
    classes: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Overview:
    """The tables as they were given.

    copies: what the guard found, a count by reason; learned_from: whether the labelled table is the
    one the model was made from (None: not known); predicted: texts of the pool by the class that
    the model gives them (of a sample of ``predicted_of``).
    """

    tables: tuple[TableView, ...]
    copies: dict[str, int]
    learned_from: bool | None
    predicted: dict[str, int]
    predicted_of: int

    def table(self, role: str) -> TableView | None:
        """The table with that role."""
        return next((table for table in self.tables if table.role == role), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**vars(self), "tables": [table.to_dict() for table in self.tables]}


def bins_of_words() -> tuple[str, ...]:
    """What the bins of ``TableView.lengths`` are called."""
    return (*(f"{low}-{high - 1}" for low, high in pairwise(_EDGES)), f"{_EDGES[-1]}+")


def view(role: str, texts: Sequence[str], labels: Sequence[str] | None = None) -> TableView:
    """One table with at least one row."""
    words = np.array([len(text.split()) for text in texts])
    low, middle, high = (int(q) for q in np.percentile(words, (5, 50, 95)))
    counts = np.histogram(words, bins=[*_EDGES, np.inf])[0]
    classes = dict(Counter(labels).most_common()) if labels is not None else {}
    mark = fingerprint(texts, labels)
    lengths = tuple(counts.tolist())
    return TableView(
        role, len(texts), mark, (low, middle, high, int(words.max())), lengths, classes
    )


def copies(guarded: Guarded) -> dict[str, int]:
    """What the guard dropped or met, by reason; reasons that did not occur are left out."""
    found = guarded.report.to_dict()
    return {name: n for name, n in found.items() if isinstance(n, int) and n}


def same_labels(facts: ModelFacts, guarded: Sequence[Guarded]) -> bool | None:
    """Whether one of the guarded tables (with and without the test texts) was learned from."""
    mark = facts.labelled.get("fingerprint")
    if not mark or not facts.labelled.get("rows"):
        return None
    return mark in {fingerprint(g.labelled.texts, g.labelled.labels) for g in guarded}
