"""A tiny corpus whose texts have several labels, one, or none: words tell, and some go together.

Import it as ``from _many import corpus``: pytest looks in this folder for imports.
"""

from __future__ import annotations

import numpy as np

WORDS = {
    "food": ("good", "great", "win"),
    "money": ("market", "price", "stock"),
    "sport": ("team", "goal", "match"),
    "fuel": ("oil", "gas", "bank"),
}
FILLER = ("the", "a", "was", ",", "movie", "game")


def text(rng: np.random.Generator, names: tuple[str, ...]) -> str:
    """A text that has these labels."""
    words = [str(word) for name in names for word in rng.choice(WORDS[name], 2)]
    words += [str(word) for word in rng.choice(FILLER, 6)]
    return " ".join(rng.permutation(words).tolist()) + f" {rng.integers(1_000_000)}"


def draw(
    rng: np.random.Generator, count: int, shares: tuple[float, ...]
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Texts and their labels, each label with its share of the texts, ``fuel`` mostly by money."""
    texts, sets = [], []
    for _ in range(count):
        said = rng.random(len(WORDS)) < shares
        names = [name for name, yes in zip(WORDS, said, strict=True) if yes]
        if "money" in names and rng.random() < 0.3 and "fuel" not in names:
            names.append("fuel")
        sets.append(tuple(sorted(names)))
        texts.append(text(rng, tuple(names)))
    return texts, sets


EVEN = (0.4, 0.4, 0.4, 0.4)
UNEVEN = (0.7, 0.3, 0.1, 0.15)


def corpus(
    labelled: int = 90, pool: int = 400, seed: int = 0, shares: tuple[float, ...] = EVEN
) -> tuple[list[str], list[tuple[str, ...]], list[str], list[tuple[str, ...]]]:
    """(labelled texts, their label sets, pool texts, the pool's hidden label sets)."""
    rng = np.random.default_rng(seed)
    texts, sets = draw(rng, labelled, EVEN)
    pile, hidden = draw(rng, pool, shares)
    return texts, sets, pile, hidden
