"""What every peer has in common: learn from a draw, then text in and class out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nanonet.data import Labelled, Pool, Test

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class PeerResult:
    """One peer on one draw. ``probabilities`` is [n, C], columns in the order of sorted names."""

    predictions: list[str]
    probabilities: Floats | None
    fit_s: float
    predict_s: float
    notes: str


@dataclass(frozen=True)
class Trained:
    """A peer that has learnt: ``classes`` sorted, ``probabilities`` [n, C] in their order.

    ``predict`` is the peer's own shortest way from texts to class names, which is what the
    throughput table times; ``notes`` says what a reader of the figures must know.
    """

    classes: tuple[str, ...]
    probabilities: Callable[[Sequence[str]], Floats]
    predict: Callable[[Sequence[str]], list[str]]
    notes: str = ""


class Peer(Protocol):
    """A module of this folder: ``train`` for the speed tables, ``run`` for the accuracy table."""

    def train(self, labelled: Labelled, pool: Pool, seed: int, cache_dir: Path | None) -> Trained:
        """Learn from the draw; ``cache_dir`` is where what depends on no label may be kept."""

    def run(
        self, labelled: Labelled, pool: Pool, test: Test, seed: int, cache_dir: Path | None = None
    ) -> PeerResult:
        """Learn from the draw and label the test texts. Test labels are not looked at."""


def timed(train: Callable[[], Trained], test: Test) -> PeerResult:
    """Run ``train``, then label the test texts; both parts timed by the wall clock."""
    start = time.perf_counter()
    trained = train()
    middle = time.perf_counter()
    table = trained.probabilities(test.texts)
    end = time.perf_counter()
    return PeerResult(
        named(table, trained.classes), table, middle - start, end - middle, trained.notes
    )


def named(table: Floats, classes: Sequence[str]) -> list[str]:
    """The class of the highest probability of each row; the first one where several are equal."""
    return [classes[index] for index in table.argmax(axis=1).tolist()]


def classes_of(labelled: Labelled) -> tuple[str, ...]:
    """The class names of the labelled rows, sorted."""
    return tuple(sorted(set(labelled.labels)))
