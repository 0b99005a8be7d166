"""A toy task that a tiny random encoder can learn, as texts, labels and a pool."""

from __future__ import annotations

import numpy as np

WORDS = (("good", "great", "win", "awful"), ("market", "price", "stock", "oil"))
FILLER = ("the", "a", "was", ",")


def text(rng: np.random.Generator, label: int) -> str:
    words = [*rng.choice(WORDS[label], 4), *rng.choice(FILLER, 4)]
    return " ".join(rng.permutation(words))


def task(labelled: int = 8, pool: int = 60) -> tuple[list[str], list[int], list[str], np.ndarray]:
    """(labelled texts, their classes, pool texts, the pool's hidden classes)."""
    rng = np.random.default_rng(0)
    y = [number % 2 for number in range(labelled)]
    hidden = rng.integers(0, 2, pool)
    return [text(rng, c) for c in y], y, [text(rng, c) for c in hidden], hidden
