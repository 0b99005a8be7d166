"""Votes by nearness to what the classes are called and mean: names, descriptions, phrases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.data import ClassSpec
from nanonet.votes.names import class_sentences, name_evidence
from nanonet.votes.table import VoteTable

Floats = NDArray[np.float32]
#: Texts to unit embeddings [n, dim].
Embed = Callable[[Sequence[str]], Floats]

KEPT = 3  # labels a text gets from a source that scores all classes; the rest is spread


def top_votes(logits: Floats, name: str, rows: NDArray[np.int64] | None = None) -> VoteTable:
    """The likeliest classes of each row of ``logits`` [n, C], with their softmax, as votes.

    rows: the texts the rows belong to (default: 0 to n - 1).
    """
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    found = shifted / shifted.sum(axis=1, keepdims=True)
    kept = min(KEPT, found.shape[1])
    best = np.argsort(-found, axis=1, kind="stable")[:, :kept]
    docs = np.arange(len(found)) if rows is None else rows
    probability = np.take_along_axis(found, best, axis=1)
    return VoteTable.of(
        np.repeat(docs, kept), best.ravel(), np.clip(probability.ravel(), 0.0, 1.0), name
    )


def class_evidence(embed: Embed, classes: Sequence[ClassSpec], pile: Floats) -> Floats:
    """Log-evidence [n, C] of the classes' sentences for unit vectors [n, dim]."""
    return name_evidence(sentence_vectors(embed, classes), pile).logits(pile)


def sentence_vectors(embed: Embed, classes: Sequence[ClassSpec]) -> list[Floats]:
    """One unit matrix [m_c, dim] a class: its sentences."""
    groups = [class_sentences(spec) for spec in classes]
    flat = embed([sentence for group in groups for sentence in group])
    ends = np.cumsum([len(group) for group in groups])
    return list(np.split(flat, ends[:-1]))


@dataclass(frozen=True)
class Similarity:
    """A vote source: cosine to the class's sentences, against the other classes and the pile."""

    embed: Embed
    name: str = "similarity"

    def vote(self, texts: Sequence[str], classes: Sequence[ClassSpec]) -> VoteTable:
        """Up to three votes on every text."""
        return top_votes(class_evidence(self.embed, classes, self.embed(texts)), self.name)
