"""Remove duplicates and leaks: exact and near copies, within and across the tables.

The order of worth is test, labelled, pool: a copy is removed from the table of lesser worth, and
the test rows are never touched. The rows that stay keep their order.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from nanonet.data._minhash import near_pairs
from nanonet.data.types import Labelled, Pool, Test
from nanonet.text import normalise

__all__ = ["GuardReport", "Guarded", "guard"]


@dataclass(frozen=True)
class GuardReport:
    """How many rows were removed, from which table and why.

    ``conflicting`` counts labelled rows whose text also stands there with another label (all of
    them go); ``near_conflicting`` counts labelled rows that are near copies of one with another
    label (they stay).
    """

    labelled_in_test: int = 0
    labelled_duplicates: int = 0
    labelled_near_duplicates: int = 0
    conflicting: int = 0
    near_conflicting: int = 0
    pool_in_test: int = 0
    pool_in_labelled: int = 0
    pool_duplicates: int = 0
    pool_near_duplicates: int = 0
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Guarded:
    """The tables after the guard, and what it did."""

    labelled: Labelled
    pool: Pool
    test: Test | None
    report: GuardReport


def guard(labelled: Labelled, pool: Pool, test: Test | None = None) -> Guarded:
    """Drop copies from ``pool`` and ``labelled``; what stays keeps its order.

    A copy is a text that is equal after :func:`nanonet.text.normalise`, or whose word 5-grams
    overlap by about 75% or more (MinHash, see ``_minhash``).
    """
    tests = test.texts if test else ()
    work = _Work(
        [*tests, *labelled.texts, *pool.texts], list(labelled.labels), len(tests), len(pool.texts)
    )
    work.drop_exact()
    work.drop_near()
    kept_labelled, kept_pool = work.kept()
    report = work.report()
    return Guarded(
        Labelled(
            tuple(labelled.texts[i] for i in kept_labelled),
            tuple(labelled.labels[i] for i in kept_labelled),
        ),
        Pool(tuple(pool.texts[i] for i in kept_pool)),
        test,
        report,
    )


class _Work:
    """All texts in one list, test then labelled then pool, and why each dropped one went."""

    def __init__(self, texts: list[str], labels: list[str], tests: int, pool: int) -> None:
        self.texts = texts
        self.labels = labels
        self.pool_start = len(texts) - pool
        self.tests = tests
        self.why: dict[int, str] = {}
        self.near_conflicting = 0

    def table(self, position: int) -> str:
        if position < self.tests:
            return "test"
        return "labelled" if position < self.pool_start else "pool"

    def label(self, position: int) -> str:
        return self.labels[position - self.tests]

    def drop_exact(self) -> None:
        groups: dict[bytes, list[int]] = defaultdict(list)
        for position, text in enumerate(self.texts):
            data = normalise(text).encode("utf-8", "surrogatepass")
            groups[hashlib.blake2b(data, digest_size=16).digest()].append(position)
        for members in groups.values():
            if len(members) > 1:
                self._drop_group(members)

    def _drop_group(self, members: Sequence[int]) -> None:
        first = members[0]
        labels = {self.label(i) for i in members if self.table(i) == "labelled"}
        for position in members:
            table = self.table(position)
            if table == "labelled" and self.table(first) == "labelled" and len(labels) > 1:
                self.why[position] = "conflicting"
            elif table != "test" and position != first:
                self.why[position] = self._reason(first, position, "duplicates")

    def _reason(self, first: int, position: int, same_table: str) -> str:
        one, other = self.table(position), self.table(first)
        return f"{one}_{same_table}" if one == other else f"{one}_in_{other}"

    def drop_near(self) -> None:
        left = np.array([i for i in range(len(self.texts)) if i not in self.why], np.int64)
        pairs = left[near_pairs([self.texts[i] for i in left])]
        conflicting = set()
        for first, second in pairs.tolist():
            table = self.table(second)
            if table == "test":
                continue
            if self.table(first) == table == "labelled" and self.label(first) != self.label(second):
                conflicting.add(second)
                continue
            self.why.setdefault(second, self._reason(first, second, "near_duplicates"))
        self.near_conflicting = len(conflicting - self.why.keys())

    def kept(self) -> tuple[list[int], list[int]]:
        """Positions that stay, counted within the labelled table and within the pool."""
        left = [i for i in range(self.tests, len(self.texts)) if i not in self.why]
        labelled = [i - self.tests for i in left if i < self.pool_start]
        return labelled, [i - self.pool_start for i in left if i >= self.pool_start]

    def report(self) -> GuardReport:
        counts: dict[str, int] = defaultdict(int)
        for reason in self.why.values():
            counts[reason] += 1
        counts["near_conflicting"] = self.near_conflicting
        notes = [sentence.format(n=counts[key]) for key, sentence in _NOTES.items() if counts[key]]
        pool = len(self.texts) - self.pool_start
        if pool and counts["pool_in_labelled"] == pool:
            notes.append("every text of the pool is also labelled, so the pool adds nothing")
        return GuardReport(**counts, notes=tuple(notes))


_NOTES = {
    "labelled_in_test": "labelled rows that are also test texts, dropped from training: {n}",
    "labelled_duplicates": "labelled rows that repeat an earlier one, dropped: {n}",
    "labelled_near_duplicates": "labelled rows nearly the same as an earlier one, dropped: {n}",
    "conflicting": "labelled rows whose text stands there with another label too, all dropped: {n}",
    "near_conflicting": "labelled rows that are near copies of one with another label, kept: {n}",
    "pool_in_test": "texts of the pool that are also test texts, dropped: {n}",
    "pool_in_labelled": "texts of the pool that are also labelled, dropped: {n}",
    "pool_duplicates": "texts of the pool that repeat an earlier one, dropped: {n}",
    "pool_near_duplicates": "texts of the pool nearly the same as an earlier one, dropped: {n}",
}
