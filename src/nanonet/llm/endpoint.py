"""Where the questions go, and what an answer costs; nothing about prices is assumed."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass

from nanonet.errors import UserError

__all__ = ["NANO", "Endpoint", "Prices", "dollars"]

NANO = 1_000_000_000  # money is counted in whole billionths of a dollar, so that sums are exact
_OPENAI = "https://api.openai.com/v1"
_PER_TOKEN = 1000  # one dollar a million tokens, in billionths a token


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint and the model asked there.

    base_url and key default to what the official client reads by itself, ``OPENAI_BASE_URL`` and
    ``OPENAI_API_KEY``. timeout_s: how long one call may stay silent.
    """

    model: str
    base_url: str | None = None
    key: str | None = None
    timeout_s: float = 60.0

    @property
    def url(self) -> str:
        """The address that is used, without a slash at its end."""
        found = self.base_url or os.environ.get("OPENAI_BASE_URL") or _OPENAI
        return found.rstrip("/")

    @property
    def place(self) -> str:
        """The address as it may be shown and kept: without a user name or password in it."""
        return re.sub(r"//[^/@]*@", "//", self.url)


@dataclass(frozen=True)
class Prices:
    """Dollars a million tokens, read and written. ``None``: not known, so money is not counted.

    >>> Prices(0.5, 2.0).cost(1_000_000, 100_000)
    700000000
    """

    read: float | None = None
    written: float | None = None

    def __post_init__(self) -> None:
        if (self.read is None) != (self.written is None):
            raise UserError(
                "only one of the two prices is given; give both --price-in and --price-out, in "
                "dollars a million tokens"
            )
        for price in (self.read, self.written):
            if price is not None and not 0 <= price < math.inf:
                raise UserError(f"a price of {price} is none; give dollars a million tokens")

    @property
    def known(self) -> bool:
        """Whether a call can be priced at all."""
        return self.read is not None

    def cost(self, tokens_in: int, tokens_out: int) -> int:
        """What so many tokens cost, in billionths of a dollar, rounded up; 0 where not known."""
        exact = tokens_in * (self.read or 0.0) + tokens_out * (self.written or 0.0)
        return math.ceil(exact * _PER_TOKEN - 1e-6)


def dollars(nano: int) -> str:
    """Billionths of a dollar for a person: cents where they matter, more digits below them.

    >>> dollars(2_000_000_000), dollars(1_234_567)
    ('$2.00', '$0.0012')
    """
    value = nano / NANO
    digits = 2 if value >= 1 or not nano else 4 if value >= 0.001 else 7
    return f"${value:.{digits}f}"
