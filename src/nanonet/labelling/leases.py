"""Which text lies before whom: two people, or two tabs, never get the same one."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from nanonet.errors import UserError

__all__ = ["LEASE_SECONDS", "Lease", "Leases", "Step"]

LEASE_SECONDS = 120.0  # since a tab was last heard of; an open page is heard of every few seconds
MOST_TABS = 200
_MOST_STEPS = 200


@dataclass(frozen=True)
class Step:
    """What a tab did last, to be undone. kind: answer, unsure or skip; row: of the pool."""

    kind: str
    row: int
    lease: Lease


@dataclass(frozen=True)
class Lease:
    """A text that lies before a tab. guess: what the model said before; check: drawn at random."""

    row: int
    check: bool = False
    guess: tuple[tuple[str, float], ...] = ()


@dataclass
class _Tab:
    until: float
    lease: Lease | None = None
    steps: deque[Step] = field(default_factory=lambda: deque(maxlen=_MOST_STEPS))


class Leases:
    """The tabs that were heard of lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tabs: OrderedDict[str, _Tab] = OrderedDict()

    def hear(self, tab: str) -> _Tab:
        """The tab, whose lease is longer now. UserError where too many tabs are open."""
        now = self._clock()
        one = self._tabs.pop(tab, None)
        if one is None:
            one = _Tab(now)
        elif one.until < now and one.lease is not None and self.holder(one.lease.row):
            one.lease = None  # somebody else was given the text meanwhile
        one.until = now + LEASE_SECONDS
        self._tabs[tab] = one
        while len(self._tabs) > MOST_TABS:
            oldest = next(iter(self._tabs))
            if self._tabs[oldest].until > now:
                del self._tabs[tab]
                raise UserError(f"more than {MOST_TABS} pages are open; close some")
            del self._tabs[oldest]
        return one

    def holder(self, row: int) -> str | None:
        """The tab before which a text lies now."""
        now = self._clock()
        for name, one in self._tabs.items():
            if one.until >= now and one.lease is not None and one.lease.row == row:
                return name
        return None

    def held(self) -> set[int]:
        """All texts that lie before somebody."""
        now = self._clock()
        return {
            one.lease.row
            for one in self._tabs.values()
            if one.until >= now and one.lease is not None
        }

    def drop(self, row: int) -> None:
        """Nobody holds this text any more."""
        for one in self._tabs.values():
            if one.lease is not None and one.lease.row == row:
                one.lease = None
