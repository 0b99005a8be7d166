"""How long a finished model takes for a text, on this machine, in one thread."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from nanonet.runtime import Classifier

_ROUNDS = 3
_SECONDS = 1.0  # about so long a model is timed in each round, once it has begun


@dataclass(frozen=True)
class Timing:
    """us: processor microseconds a text in batches, the least of some rounds, so that what else
    the machine did counts for nothing; per_s: texts a second at that; p50_us, p99_us: by the clock
    on the wall, of texts asked one by one; texts: how many different ones."""

    us: float
    p50_us: float
    p99_us: float
    per_s: float
    texts: int

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return asdict(self)


def measure(models: Mapping[str, Classifier], texts: Sequence[str]) -> dict[str, Timing]:
    """Time every model on the same texts, turn by turn, each in one thread.

    Turns make ratios fair where the machine does other things besides.
    """
    listed = list(texts)
    for model in models.values():
        model.predict(listed[:2], threads=1)
    spent: dict[str, list[float]] = {name: [] for name in models}
    singles: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(_ROUNDS):
        for name, model in models.items():
            spent[name].append(_batch(model, listed))
            singles[name] += _one_by_one(model, listed)
    return {name: _timing(spent[name], singles[name], len(listed)) for name in models}


def _batch(model: Classifier, texts: list[str]) -> float:
    """Seconds of the processor a text; repeated until there is enough to time."""
    done, begun = 0, time.process_time()
    while True:
        model.predict(texts, threads=1)
        done += len(texts)
        spent = time.process_time() - begun
        if spent > _SECONDS / 20:
            return spent / done


def _one_by_one(model: Classifier, texts: list[str]) -> list[float]:
    found: list[float] = []
    begun = time.perf_counter()
    for text in texts:
        start = time.perf_counter()
        model.predict([text], threads=1)
        end = time.perf_counter()
        found.append(end - start)
        if end - begun > _SECONDS:
            break
    return found


def _timing(spent: list[float], singles: list[float], texts: int) -> Timing:
    best = min(spent)
    p50, p99 = np.percentile(singles, [50, 99])
    return Timing(
        round(1e6 * best, 3),
        round(1e6 * float(p50), 3),
        round(1e6 * float(p99), 3),
        round(1 / best, 1),
        texts,
    )
