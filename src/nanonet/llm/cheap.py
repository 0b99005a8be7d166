"""What is known before a model is asked: class probabilities from names, and whom to ask about.

The cheap answer serves three ends: votes of its own (source "names"), the few candidates among
which the model picks, and the choice of the texts for which its answer is worth the money.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nanonet.data import ClassSpec
from nanonet.encode import load_encoder, unit_vectors
from nanonet.errors import UserError
from nanonet.progress import Progress
from nanonet.votes import VoteTable, class_sentences, name_evidence

__all__ = ["STRATEGIES", "NameVotes", "choose", "name_probabilities", "top_classes"]

STRATEGIES = ("random", "margin", "rad", "difficulty")

Floats = NDArray[np.float32]


def name_probabilities(
    texts: Sequence[str],
    classes: Sequence[ClassSpec],
    encoder: str | None = None,
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Probabilities [n, C] from what the classes are called and mean."""
    sentences = [class_sentences(spec) for spec in classes]
    flat = [sentence for some in sentences for sentence in some]
    model = load_encoder(encoder, cache_dir=cache_dir, progress=progress)
    every = unit_vectors(model, [*texts, *flat], cache_dir, progress)
    pile, beside = every[: len(texts)], every[len(texts) :]
    ends = np.cumsum([len(some) for some in sentences])
    logits = name_evidence(np.split(beside, ends[:-1]), pile).logits(pile)
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float32)


@dataclass(frozen=True)
class NameVotes:
    """Class names as a source of votes: the likeliest class of every text."""

    encoder: str | None = None
    cache_dir: str | Path | None = None
    progress: Progress | None = None
    name: str = "names"

    def vote(self, texts: Sequence[str], classes: Sequence[ClassSpec]) -> VoteTable:
        """One vote a text."""
        table = name_probabilities(texts, classes, self.encoder, self.cache_dir, self.progress)
        return VoteTable.of(
            np.arange(len(texts)), table.argmax(axis=1), table.max(axis=1), self.name
        )


def top_classes(table: Floats, count: int) -> list[list[int]]:
    """Numbers of the ``count`` likeliest classes of each text, likeliest first; table: [n, C]."""
    order = np.argsort(-table, axis=1, kind="stable")[:, :count]
    return [[int(c) for c in row] for row in order]


def choose(
    strategy: str,
    count: int,
    table: Floats | None,
    rows: int,
    rng: np.random.Generator,
    accuracy: float = 0.8,
    teacher: Floats | None = None,
) -> NDArray[np.int64]:
    """Rows [count], ascending, whose answer is worth the money; all rows where fewer are there.

    table: [rows, C], what is believed so far; it may be ``None`` for "random". accuracy: of the
    model that will be asked, for "rad". teacher: [rows, C], against which "difficulty" measures
    what is believed.
    """
    if count >= rows:
        return np.arange(rows)
    if strategy == "random":
        return np.sort(rng.permutation(rows)[:count])
    if table is None:
        raise UserError(f"the strategy {strategy} needs probabilities: class names or a model")
    if strategy == "margin":
        from nanonet.select import margin

        return np.sort(margin(table, count))
    if strategy == "rad":
        from nanonet.select import rad

        return np.sort(rad(table, count, accuracy, rng))
    if teacher is None:
        raise UserError(
            "the strategy difficulty compares a model with the class names; give the model with "
            "--by MODEL"
        )
    from nanonet.select import difficult, difficulty

    score = difficulty(table, teacher)
    return np.sort(difficult(score, teacher.argmax(axis=1), count, rng))
