"""How often a client may ask, and who may ask at all."""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from nanonet.errors import UserError

__all__ = ["Buckets", "key_fits", "read_key"]

_MOST_CLIENTS = 10_000
_LEAST_KEY = 16


class Buckets:
    """A token bucket for each client: ``rate`` tokens a second, at most twice as many at once.

    Only the clients seen last are remembered; one that was forgotten begins with a full bucket.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._most, self._clock = rate, max(1.0, 2.0 * rate), clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """0.0 and one token is taken, or how many seconds until there is one."""
        if not self._rate:
            return 0.0
        now = self._clock()
        left, then = self._held.pop(client, (self._most, now))
        left = min(self._most, left + (now - then) * self._rate)
        short = 1.0 - left
        self._held[client] = (left if short > 0 else left - 1.0, now)
        if len(self._held) > _MOST_CLIENTS:
            self._held.popitem(last=False)
        return short / self._rate if short > 0 else 0.0


def read_key(path: str | Path) -> bytes:
    """The API key in a file: its only line, at least 16 visible ASCII characters."""
    try:
        key = Path(path).read_bytes().strip()
    except OSError as error:
        raise UserError(f"{path}: cannot read the API key: {error.strerror}") from error
    if len(key) < _LEAST_KEY or not all(33 <= byte <= 126 for byte in key):
        raise UserError(
            f"{path}: an API key is one line of at least {_LEAST_KEY} visible ASCII characters; "
            "make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return key


def key_fits(header: bytes, key: bytes) -> bool:
    """Whether an Authorization header is ``Bearer`` and this key, in time that tells nothing."""
    scheme, _, given = header.partition(b" ")
    return hmac.compare_digest(given.strip(), key) and scheme.lower() == b"bearer"
