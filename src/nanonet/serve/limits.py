"""What one request and one client may ask, and how a request that asks wrongly is answered."""

from __future__ import annotations

from dataclasses import dataclass, fields

from nanonet.errors import UserError

__all__ = ["Limits", "Refused"]


@dataclass(frozen=True)
class Limits:
    """Bounds on what is asked.

    request_bytes: of one request's body; texts: in one request; chars: of one text; rate: requests
    a second a client, bursts of twice as many (0: no limit); seconds: until a request must have
    arrived whole; waiting: texts that may queue for a micro student before others are sent away.
    """

    request_bytes: int = 1 << 20
    texts: int = 1_000
    chars: int = 20_000
    rate: float = 0.0
    seconds: float = 30.0
    waiting: int = 10_000

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value >= 0 or (value == 0 and field.name != "rate"):
                least = "0 or more" if field.name == "rate" else "more than 0"
                raise UserError(f"the limit {field.name} is {value!r}; it must be {least}")


class Refused(Exception):
    """A request that is not answered: the HTTP status, one clear sentence, further headers."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers or {}
