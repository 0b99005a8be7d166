"""A progress listener for tests: ``from _counter import Counter``."""

from __future__ import annotations


class Counter:
    """A progress listener that remembers what it was told."""

    def __init__(self) -> None:
        self.totals: list[int] = []
        self.done = 0
        self.finished = 0

    def start(self, label: str, total: int) -> None:
        self.totals.append(total)

    def advance(self, n: int = 1) -> None:
        self.done += n

    def finish(self) -> None:
        self.finished += 1
