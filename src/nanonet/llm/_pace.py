"""When the next call may go out: one clock for all threads, because limits hold for the account."""

from __future__ import annotations

import random
import threading
import time

from nanonet.errors import UserError

__all__ = ["Pace"]

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0
_PATIENCE_S = 600.0  # an endpoint that asks for more is better come back to


class Pace:
    """Waiting after refusals: as long as the endpoint says, else twice as long each time."""

    def __init__(self, url: str, first_wait_s: float = _FIRST_WAIT_S) -> None:
        self.url = url
        self.first_wait_s = first_wait_s
        self.stopped = threading.Event()
        self.met = threading.Event()  # the endpoint has answered something, if only a refusal
        self._not_before = 0.0
        self._lock = threading.Lock()
        self._jitter = random.Random(0)  # spreads threads in time; no answer depends on it

    def ready(self) -> None:
        """Wait until calls may go out again, or everything is to stop."""
        while not self.stopped.is_set():
            with self._lock:
                left = self._not_before - time.monotonic()
            if left <= 0:
                return
            self.stopped.wait(left)

    def back_off(self, faults: int, told: float | None) -> None:
        """Wait after the ``faults``-th fault in a row; a wait that was told holds for everybody.

        Raises ``UserError`` where the endpoint asks for more than ten minutes.
        """
        if told is not None:
            if told > _PATIENCE_S:
                raise UserError(
                    f"{self.url}: asks to wait {told:,.0f} s; run the same command again then, "
                    "answers that came are kept and not paid again"
                )
            with self._lock:
                self._not_before = max(self._not_before, time.monotonic() + told)
        with self._lock:
            share = self._jitter.uniform(0.5, 1.0)
        wait = min(self.first_wait_s * 2 ** (faults - 1), _LONGEST_WAIT_S) * share
        self.stopped.wait(wait)
        self.ready()
