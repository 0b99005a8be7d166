"""One question to a model: what is sent, the form of the answer, and how an answer is checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Answer", "Invalid", "Question", "object_schema"]

Check = Callable[[Any], Any]


class Invalid(Exception):
    """An answer that cannot be used; the message says why, in a few words."""


@dataclass(frozen=True)
class Question:
    """What is asked once.

    schema: JSON schema of the answer, an object. check: takes the parsed answer and returns what
    is worth keeping, or raises :class:`Invalid`; a schema that the endpoint promises to keep is
    checked all the same. max_tokens: the longest answer that is paid for. sample: another number
    asks the same again. expect: how long an answer mostly is, in tokens, for estimates only.
    """

    system: str
    user: str
    schema: Mapping[str, Any]
    check: Check = field(compare=False)
    max_tokens: int = 120
    temperature: float = 0.0
    sample: int = 0
    expect: int = field(default=30, compare=False)

    def key(self, url: str, model: str) -> str:
        """SHA-256 (hex) of everything the answer depends on: where, who, what, in which form."""
        asked: list[object] = [url, model, self.system, self.user, self.schema]
        asked += [self.max_tokens, self.temperature, self.sample]
        data = json.dumps(asked, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(data.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class Answer:
    """What came of a question: a checked value, or none and the reason (an abstention).

    cost: billionths of a dollar all its attempts cost, in whichever run. stored: nothing was sent.
    """

    value: Any
    why: str = ""
    cost: int = 0
    stored: bool = False

    @property
    def abstained(self) -> bool:
        """Whether there is no value."""
        return self.value is None


def object_schema(properties: Mapping[str, Any]) -> dict[str, Any]:
    """A closed object with every property required, as strict structured outputs ask for."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
