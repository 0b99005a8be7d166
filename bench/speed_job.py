"""What a process of the speed tables is told: the draw, the texts to label, where models lie.

It is written to a file, so that a process that is measured for its memory opens no data set.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.protocol import draw, load


@dataclass(frozen=True)
class Job:
    """One data set at one number of threads.

    texts, labels: the labelled rows of the draw, for the heads of the peers. pool: texts to label,
    of which the slow methods get fewer. nano: a saved model; models: the folder of encoders.
    """

    set: str
    threads: int
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    pool: tuple[str, ...]
    methods: tuple[str, ...]
    nano: str
    models: str
    cache_dir: str | None
    rounds: int
    latency: bool

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, sorted."""
        return tuple(sorted(set(self.labels)))

    def write(self, path: Path) -> Path:
        """Write as JSON; returns the path."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path


def read_job(path: str | Path) -> Job:
    """The job of a file that ``Job.write`` wrote."""
    fields = json.loads(Path(path).read_text(encoding="utf-8"))
    for name in ("texts", "labels", "pool", "methods"):
        fields[name] = tuple(fields[name])
    return Job(**fields)


def labelled_rows(
    name: str, data: Path, shots: int, seed: int
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Texts and labels of a draw, and the test texts."""
    drawn = draw(*load(name, data), shots, seed)
    return tuple(drawn.labelled.texts), tuple(drawn.labelled.labels), tuple(drawn.test.texts)


def sample(texts: Sequence[str], count: int) -> list[str]:
    """``count`` texts, evenly spaced in the order of length, in a fixed random order.

    So a method that labels few texts gets as long ones as a method that labels all of them.
    """
    by_length = sorted(range(len(texts)), key=lambda row: (len(texts[row]), row))
    count = min(count, len(texts))
    # The middle of each of ``count`` equal stretches: neither the shortest nor the longest of all.
    places = ((np.arange(count) + 0.5) * len(texts) / count).astype(int)
    rows = np.random.default_rng(0).permutation([by_length[place] for place in places])
    return [texts[row] for row in rows.tolist()]
