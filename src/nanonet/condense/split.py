"""Rows held out of a table to measure on, and the guard against the test table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nanonet.condense.seen import Rows
from nanonet.data import GuardReport, Labelled, Pool, Test, Validation, guard
from nanonet.errors import UserError

HELD_OUT = 0.1
HELD_OUT_MOST = 2000


@dataclass(frozen=True)
class Split:
    """The table after the guard, cut in two: to learn from, and held out to measure on.

    source: row numbers [n] of ``learned`` in the given table, counted from 1; report: what the
    guard removed.
    """

    learned: Labelled
    held_out: Validation
    source: tuple[int, ...]
    classes: tuple[str, ...]
    report: GuardReport

    @property
    def rows(self) -> int:
        """Rows of the table after the guard."""
        return len(self.learned.texts) + len(self.held_out.texts)


def split(
    texts: Sequence[str],
    labels: Sequence[object],
    test_texts: Sequence[str] | None,
    rng: np.random.Generator,
) -> Split:
    """Drop copies, also of test texts, and hold out a tenth of each class (2,000 rows at most).

    A class of under ten rows keeps all of them. Copies are gone before the cut, so no text is on
    both sides. Raises :class:`UserError` for missing labels or fewer than two classes.
    """
    names = _named(texts, labels)
    test = Test(tuple(test_texts), ("",) * len(test_texts)) if test_texts else None
    guarded = guard(Labelled(tuple(texts), names), Pool(()), test)
    left = guarded.labelled
    classes = tuple(sorted(set(left.labels)))
    if len(classes) < 2:
        raise UserError(f"the table has {len(classes)} classes after the guard; it needs two")
    first: dict[str, int] = {}
    for number, text in enumerate(texts, 1):
        first.setdefault(text, number)
    held = _held_out(left.labels, classes, rng)
    kept = np.flatnonzero(~held)
    return Split(
        Labelled(*_some(left, kept)),
        Validation(*_some(left, np.flatnonzero(held))),
        tuple(first[left.texts[row]] for row in kept),
        classes,
        guarded.report,
    )


def _named(texts: Sequence[str], labels: Sequence[object]) -> tuple[str, ...]:
    if len(texts) != len(labels):
        raise UserError(f"there are {len(texts)} texts but {len(labels)} labels; give one each")
    for row, value in enumerate(labels):
        if value is None or value != value or not str(value).strip():
            raise UserError(f"labels[{row}] is {value!r}; every text must have a label")
    return tuple(str(value) for value in labels)


def _held_out(
    labels: Sequence[str], classes: Sequence[str], rng: np.random.Generator
) -> np.ndarray:
    table = np.asarray(labels)
    share = min(HELD_OUT, HELD_OUT_MOST / max(len(table), 1))
    held = np.zeros(len(table), bool)
    for name in classes:
        own = np.flatnonzero(table == name)
        held[rng.permutation(own)[: int(share * len(own))]] = True
    return held


def _some(table: Labelled, rows: Rows) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(table.texts[i] for i in rows), tuple(table.labels[i] for i in rows)
