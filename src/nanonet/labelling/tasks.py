"""What the processes beside the server are given first, as one line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from nanonet.data import ClassSpec
from nanonet.encode import MAX_CHARS

__all__ = ["Job", "Task", "spec_of"]


@dataclass(frozen=True)
class Task:
    """pool: texts in random order; labelled: texts that came with labels; encoder: a name or None.

    cache_dir: of the vectors, or None.
    """

    pool: tuple[str, ...]
    labelled: tuple[str, ...]
    encoder: str | None = None
    cache_dir: str | None = None
    seed: int = 0

    def line(self) -> str:
        """As one line of JSON; an encoder sees the beginning of a long text only."""
        short = {"pool": [text[:MAX_CHARS] for text in self.pool]}
        short["labelled"] = [text[:MAX_CHARS] for text in self.labelled]
        rest = {"encoder": self.encoder, "cache_dir": self.cache_dir, "seed": self.seed}
        return json.dumps({**short, **rest}) + "\n"


@dataclass(frozen=True)
class Job:
    """texts and labels; pool: all texts; classes: specs of those in ``labels``, or all of them
    where there is no label; out: folder of the model, replaced in one piece."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    pool: tuple[str, ...]
    classes: tuple[dict[str, Any], ...]
    out: str
    encoder: str | None = None
    cache_dir: str | None = None
    seed: int = 0

    def line(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self)) + "\n"


def spec_of(told: dict[str, Any]) -> ClassSpec:
    """A class as it was before JSON made lists of its tuples."""
    whole: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in told.items()}
    return ClassSpec(**whole)
