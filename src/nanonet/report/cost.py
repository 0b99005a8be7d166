"""Size and speed, measured now on this machine in one thread, beside what anyone could use."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nanonet.artefact import ModelFacts
from nanonet.runtime import Classifier

_SECONDS = 0.25  # a turn; three turns, the median counts
_TURNS = 3
_MOST_TEXTS = 20_000
_SINGLE = 50


@dataclass(frozen=True)
class Cost:
    """One classifier. megabytes None: not told; single_us: one text by itself, None: not measured.

    accuracy: out of fold on the labels, all on the same folds; None without labels.
    """

    name: str
    megabytes: float | None
    per_second: float
    single_us: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Costs:
    """This model first, then its peers; where it was measured and on how long texts."""

    rows: tuple[Cost, ...]
    machine: str
    words: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**vars(self), "rows": [dict(vars(one)) for one in self.rows]}


def measure(
    model: Classifier,
    facts: ModelFacts,
    texts: Sequence[str],
    peers: tuple[Cost, ...] = (),
    accuracy: float | None = None,
) -> Costs:
    """Time the model on ``texts`` (at least one) and put the peers beside it; accuracy: out of
    fold, None without labels."""
    own = Cost(
        f"this model ({facts.kind})",
        facts.megabytes,
        rate(lambda part: model.predict(part, threads=1), texts),
        single(lambda part: model.predict(part, threads=1), texts),
        accuracy,
    )
    words = float(np.median([len(text.split()) for text in texts]))
    return Costs((own, *peers), f"{platform.machine()}, {platform.system()}, one thread", words)


def rate(predict: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Texts a second, the median of three turns of at least a quarter of a second each."""
    many = list(texts) * max(1, 256 // len(texts))
    many = many[:_MOST_TEXTS]
    took = _took(predict, many[:64])  # warm, and a first guess
    many = many[: max(8, min(len(many), int(64 * _SECONDS / max(took, 1e-9))))]
    found = []
    for _ in range(_TURNS):
        spent, done = 0.0, 0
        while spent < _SECONDS:
            spent, done = spent + _took(predict, many), done + len(many)
        found.append(done / spent)
    return float(np.median(found))


def single(predict: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    """Microseconds for one text by itself, the median."""
    return 1e6 * float(np.median([_took(predict, [text]) for text in texts[:_SINGLE]]))


def _took(predict: Callable[[Sequence[str]], object], texts: Sequence[str]) -> float:
    begun = time.perf_counter()
    predict(texts)
    return time.perf_counter() - begun
