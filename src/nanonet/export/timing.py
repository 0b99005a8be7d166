"""How long a finished model takes for a text, on this machine, in one thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from nanonet.runtime import Classifier

_ROUNDS = 5
_CHUNK_S = 1e-3  # texts are timed by as many as take so long: short enough to run undisturbed


@dataclass(frozen=True)
class Timing:
    """us: processor microseconds a text: every few texts are timed in some rounds, and the least of
    each few counts, so that what else the machine does counts for little; per_s: texts a second at
    that; p50_us, p99_us: by the clock on the wall, of texts asked one by one, in all rounds; texts:
    how many different ones."""

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
    size = {name: _few(model, listed) for name, model in models.items()}
    together: dict[str, list[list[float]]] = {name: [] for name in models}
    alone: dict[str, list[float]] = {name: [] for name in models}
    for _ in range(_ROUNDS):
        for name, model in models.items():
            found = _times(model, listed, size[name])
            together[name].append(found)
            alone[name] += _times(model, listed, 1, time.perf_counter)
    return {name: _timing(together[name], alone[name], len(listed)) for name in models}


def _few(model: Classifier, texts: list[str]) -> int:
    """How many texts take about a millisecond together."""
    few = texts[:16]
    model.predict(few, threads=1)  # the first time is not like the others
    each = min(_times(model, few, len(few))[0] for _ in range(3)) / len(few)
    return max(1, min(len(texts), int(_CHUNK_S / max(each, 1e-9))))


def _times(
    model: Classifier,
    texts: list[str],
    size: int,
    clock: Callable[[], float] = time.process_time,
) -> list[float]:
    """Seconds for every ``size`` texts."""
    found = []
    for first in range(0, len(texts), size):
        part = texts[first : first + size]
        begun = clock()
        model.predict(part, threads=1)
        found.append(clock() - begun)
    return found


def _timing(together: list[list[float]], alone: list[float], texts: int) -> Timing:
    each = float(np.min(together, axis=0).sum()) / texts
    p50, p99 = np.percentile(alone, [50, 99])
    return Timing(
        round(1e6 * each, 3),
        round(1e6 * float(p50), 3),
        round(1e6 * float(p99), 3),
        round(1 / each, 1),
        texts,
    )
