"""One cell of the comparison of what to ask: a strategy, a set, a kind of errors, a draw."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.ask_annotator import Errors, Floats, Ints, annotate, gold_probabilities
from bench.ask_learner import Given, answers, learn
from bench.protocol import Table, load, read_split
from nanonet.learn.graph import neighbours, smooth
from nanonet.select import Evidence, choose

SHOTS = 10
BUDGETS = (0.02, 0.05, 0.1, 0.2)
PROBE = 100
STRATEGIES = ("random", "margin", "entropy", "diverse", "balanced", "rad", "difficulty", "all")


@dataclass(frozen=True)
class Loaded:
    """A data set as vectors of length one and class numbers; parts: what a pool is cut by."""

    train: Floats
    y: Ints
    test: Floats
    test_y: Ints
    names: tuple[str, ...]
    texts: tuple[str, ...]
    parts: Floats


@functools.lru_cache(maxsize=1)
def loaded(name: str, data: Path, cache_dir: Path | None) -> Loaded:
    """The set, read through the vector cache: the mean of the last layer of the bundled encoder."""
    from nanonet.encode import load_encoder, unit_vectors
    from nanonet.pipeline.embed import two_views

    train, test = _tables(name, data)
    encoder = load_encoder(cache_dir=cache_dir)
    names = tuple(sorted(set(train.labels)))
    number = {label: at for at, label in enumerate(names)}
    y, test_y = (np.array([number[label] for label in t.labels], np.int64) for t in (train, test))
    one, other = (unit_vectors(encoder, t.texts, cache_dir) for t in (train, test))
    parts = two_views(encoder, train.texts, cache_dir)
    return Loaded(one, y, other, test_y, names, train.texts, parts)


def _tables(name: str, data: Path) -> tuple[Table, Table]:
    """As the benchmark loads them; ag_news_noisy is for this comparison alone."""
    if name != "ag_news_noisy":
        return load(name, data)
    folder = data / name
    return read_split(folder / "train.parquet"), read_split(folder / "test.parquet")


@functools.lru_cache(maxsize=1)
def _unsure(name: str, data: Path, cache_dir: Path | None) -> Floats:
    one = loaded(name, data, cache_dir)
    return gold_probabilities(one.train, one.y, len(one.names))


@functools.lru_cache(maxsize=1)
def _near(name: str, seed: int, data: Path, cache_dir: Path | None) -> NDArray[np.int32]:
    one = loaded(name, data, cache_dir)
    return neighbours(one.train[_split(one, seed)[1]], 10)


def _split(one: Loaded, seed: int) -> tuple[Ints, Ints]:
    """Gold rows, class by class in the order of the draw, and the pool: the benchmark's draws."""
    order = np.random.RandomState(seed).permutation(len(one.y))
    kept = [order[one.y[order] == c][:SHOTS] for c in range(len(one.names))]
    gold = np.concatenate(kept)
    return gold, np.setdiff1d(order, gold)


@dataclass(frozen=True)
class Places:
    """Where the data sets and the vectors lie."""

    data: Path
    cache_dir: Path | None


def planted(name: str, errors: Errors, seed: int, places: Places) -> Ints:
    """The simulated answers [train] to every training text of a set."""
    one = loaded(name, places.data, places.cache_dir)
    unsure = _unsure(name, places.data, places.cache_dir) if errors.kind == "hard" else None
    return annotate(one.y, len(one.names), errors, np.random.default_rng([seed, 77]), unsure)


def run_cell(name: str, strategy: str, errors: Errors, seed: int, places: Places) -> dict[str, Any]:
    """Ask more and more; after each budget learn and score on the test split.

    Each round's questions are chosen with what was learned from the rounds before.
    """
    one = loaded(name, places.data, places.cache_dir)
    gold, pool = _split(one, seed)
    votes = planted(name, errors, seed, places)
    rng = np.random.default_rng([seed, 78])
    probe = gold[rng.permutation(len(gold))[:PROBE]]
    right = int((votes[probe] == one.y[probe]).sum())
    trust = (right + 1.0) / (len(probe) + 2.0)
    asker = _Asker(one, gold, pool, votes, trust, seed)
    near = _near(name, seed, places.data, places.cache_dir) if strategy == "difficulty" else None
    asked = np.empty(0, np.int64)
    head = asker.learned(asked)
    points = [asker.point(head, asked, 0.0)]
    for budget in (1.0,) if strategy == "all" else BUDGETS:
        count = round(budget * len(pool)) - len(asked)
        asked = np.concatenate([asked, asker.next(strategy, count, asked, head, rng, near)])
        head = asker.learned(asked)
        points.append(asker.point(head, asked, budget))
    return {"points": points, "trust": trust, "pool": len(pool), "gold": len(gold)}


@dataclass(frozen=True)
class _Asker:
    """Gold rows, pool rows, the answers to all training texts, and what the probe said of them."""

    one: Loaded
    gold: Ints
    pool: Ints
    votes: Ints
    trust: float
    seed: int

    def learned(self, asked: Ints) -> Floats:
        """The head after these pool positions were asked."""
        one, rows = self.one, self.pool[asked]
        given = Given(
            one.train[self.gold],
            one.y[self.gold],
            one.train[rows],
            self.votes[rows],
            self.trust,
            len(one.names),
        )
        return learn(given, np.random.default_rng([self.seed, 79]))

    def next(
        self,
        strategy: str,
        count: int,
        asked: Ints,
        head: Floats,
        rng: np.random.Generator,
        near: NDArray[np.int32] | None,
    ) -> Ints:
        """Pool positions to ask now."""
        left = np.setdiff1d(np.arange(len(self.pool)), asked)
        if strategy == "all":
            return left
        vectors = self.one.train[self.pool]
        table = answers(head, vectors)
        teacher = None if near is None else smooth(table, near, 1)[left]
        known = Evidence(table[left], vectors[left], teacher, self.trust)
        return left[choose(strategy, count, known, rng)]

    def point(self, head: Floats, asked: Ints, budget: float) -> dict[str, float]:
        """What the test split says at this budget, and how many of the votes were wrong."""
        rows = self.pool[asked]
        guess = answers(head, self.one.test).argmax(axis=1)
        wrong = float((self.votes[rows] != self.one.y[rows]).mean()) if len(rows) else 0.0
        right = float((guess == self.one.test_y).mean())
        return {"budget": budget, "asked": len(rows), "accuracy": right, "wrong_votes": wrong}
