"""Which texts to label first, from nothing: accuracy of a regression on as many labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.ask_annotator import Ints
from bench.ask_cell import Loaded, Places, loaded
from nanonet.learn import fit_softmax, one_hot
from nanonet.select import Evidence, choose

COUNTS = (10, 30, 100, 300)
POOL = 10_000  # texts of the draw at most, the first ones in its order
C = 10.0


def run_cell(name: str, strategy: str, seed: int, places: Places) -> dict[str, Any]:
    """For each count: choose so many of the pool, learn their gold labels, score on the test."""
    one = loaded(name, places.data, places.cache_dir)
    pool = np.random.RandomState(seed).permutation(len(one.y))[:POOL]
    points = []
    for count in COUNTS:
        rows = pool[_chosen(one, pool, strategy, count, seed)]
        points.append({"count": count, "classes": len(set(one.y[rows].tolist()))}
                      | {"accuracy": _score(one, rows)})  # fmt: skip
    return {"points": points}


def _chosen(one: Loaded, pool: Ints, strategy: str, count: int, seed: int) -> Ints:
    if strategy == "random":  # the draw itself is in random order
        return np.arange(count)
    rng = np.random.default_rng([seed, 80])
    return choose(strategy, count, Evidence(vectors=one.parts[pool]), rng)


def _score(one: Loaded, rows: Ints) -> float:
    """Accuracy on the test split; a class without a label is never answered."""
    seen = np.unique(one.y[rows])
    if len(seen) == 1:
        return float((one.test_y == seen[0]).mean())
    target = one_hot(np.searchsorted(seen, one.y[rows]), len(seen))
    head = fit_softmax(one.train[rows], target, c=C, iterations=60)
    guess = seen[(one.test @ head[:-1] + head[-1]).argmax(axis=1)]
    return float((guess == one.test_y).mean())
