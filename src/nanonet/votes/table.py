"""The one form in which every source of labels answers: a table of votes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nanonet.data import ClassSpec

ABSTAIN = -1


@dataclass(frozen=True)
class VoteTable:
    """Votes, one an entry of five columns of equal length.

    doc: rows of the pile, int64; label: class numbers, int64, or ABSTAIN (-1); probability: that
    the vote is right as its source sees it, float32 in [0, 1]; source: names; cost: dollars, float.
    A source may give a text several labels whose probabilities add up to one at most.

    Raises ValueError where columns differ in length or hold what they must not.

    >>> table = VoteTable.of([0, 2], [1, ABSTAIN], source="keywords")
    >>> len(table), table.sources
    (2, ('keywords',))
    """

    doc: NDArray[np.int64]
    label: NDArray[np.int64]
    probability: NDArray[np.float32]
    source: tuple[str, ...]
    cost: NDArray[np.float64]

    def __post_init__(self) -> None:
        lengths = {len(c) for c in (self.doc, self.label, self.probability, self.source, self.cost)}
        if len(lengths) != 1:
            raise ValueError(f"columns of votes differ in length: {sorted(lengths)}")
        if len(self.doc) and (self.doc.min() < 0 or self.label.min() < ABSTAIN):
            raise ValueError("a vote's doc must be 0 or more, its label -1 (abstain) or more")
        if not bool(((self.probability >= 0) & (self.probability <= 1)).all()):
            raise ValueError("a vote's probability must lie in 0 to 1")
        if not bool((np.isfinite(self.cost) & (self.cost >= 0)).all()):
            raise ValueError("a vote's cost must be a number, 0 or more")

    @classmethod
    def of(
        cls,
        doc: Sequence[int] | NDArray[np.int64],
        label: Sequence[int] | NDArray[np.int64],
        probability: Sequence[float] | NDArray[np.float32] | float = 1.0,
        source: str | Sequence[str] = "",
        cost: Sequence[float] | NDArray[np.float64] | float = 0.0,
    ) -> VoteTable:
        """A table from sequences; a single probability, source or cost stands for all rows."""
        rows = len(doc)
        names = (source,) * rows if isinstance(source, str) else tuple(source)
        return cls(
            np.asarray(doc, np.int64).reshape(rows),
            np.asarray(label, np.int64),
            np.broadcast_to(np.asarray(probability, np.float32), (rows,)),
            names,
            np.broadcast_to(np.asarray(cost, np.float64), (rows,)),
        )

    def __len__(self) -> int:
        return len(self.doc)

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources' names in the order in which they first appear."""
        return tuple(dict.fromkeys(self.source))

    @property
    def cast(self) -> NDArray[np.bool_]:
        """Which entries name a class."""
        return np.asarray(self.label != ABSTAIN)

    def rows(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> VoteTable:
        """The chosen entries (a mask or positions), in that order."""
        at = np.flatnonzero(keep) if keep.dtype == bool else keep
        names = tuple(self.source[i] for i in at.tolist())
        return VoteTable(self.doc[at], self.label[at], self.probability[at], names, self.cost[at])

    def of_source(self, name: str) -> VoteTable:
        """The entries of one source."""
        return self.rows(np.array([source == name for source in self.source], bool))

    def moved(self, to: NDArray[np.int64]) -> VoteTable:
        """The table for another numbering of texts: row d becomes ``to[d]``; -1 drops its votes."""
        new = to[self.doc]
        kept = self.rows(new >= 0)
        return VoteTable(new[new >= 0], kept.label, kept.probability, kept.source, kept.cost)


def concat(tables: Sequence[VoteTable]) -> VoteTable:
    """All votes of several tables, one behind the other."""
    if not tables:
        return VoteTable.of([], [])
    return VoteTable(
        np.concatenate([t.doc for t in tables]),
        np.concatenate([t.label for t in tables]),
        np.concatenate([t.probability for t in tables]),
        tuple(name for t in tables for name in t.source),
        np.concatenate([t.cost for t in tables]),
    )


class VoteSource(Protocol):
    """Whatever can label texts: rules, class names, an LLM, another model."""

    @property
    def name(self) -> str:
        """What the votes carry in their column ``source``."""

    def vote(self, texts: Sequence[str], classes: Sequence[ClassSpec]) -> VoteTable:
        """Votes on ``texts`` (doc: positions in it) for ``classes`` (label: positions in it)."""
