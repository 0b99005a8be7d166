"""Class vectors re-estimated from the texts that lie nearest to what a class is called.

Lbl2Vec (Schopf, Braun and Matthes 2021) and its transformer form (arXiv 2211.16285): candidates
near the keywords, their centroid as the class vector. What is done otherwise here: a class has at
least ``LEAST`` candidates, so that no single text stands for it; they are the best ones and not the
first ones of the table; and names are kept in the score, so that a class does not walk away from
its name. Free of any label, this step is what gains most in every method of this kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.data import ClassSpec
from nanonet.votes.names import SHARPNESS, name_evidence, readable
from nanonet.votes.similarity import Embed, Floats, class_evidence, sentence_vectors, top_votes
from nanonet.votes.table import VoteTable

LEAST = 30  # candidates of a class
SHARE = 0.6  # of the texts that a class wins, the surest
MIX = 0.8  # of the re-estimated score beside that of the names
ROUNDS = 3


def reestimate(evidence: Floats, pile: Floats, rounds: int = ROUNDS) -> Floats:
    """Log-evidence [n, C] of class vectors that are means of the classes' surest texts.

    evidence: of the names [n, C]; pile: unit vectors [n, dim]. Each round the surest ``SHARE`` of
    the texts a class wins (``LEAST`` of its nearest at least) give its vector, the vectors are set
    against one another and scaled over the pile, and ``MIX`` of that is joined with the names.
    """
    logits = evidence
    for _ in range(rounds):
        vectors = [pile[rows].mean(axis=0, keepdims=True) for rows in candidates(logits)]
        found = name_evidence(vectors, pile).logits(pile)
        logits = np.asarray(MIX * found + (1.0 - MIX) * evidence, np.float32)
    return logits


def candidates(logits: Floats) -> list[NDArray[np.int64]]:
    """The surest texts of each class: rows, best first; margins over the runner-up decide."""
    n, classes = logits.shape
    guess = logits.argmax(axis=1)
    two = np.partition(logits, -2, axis=1)[:, -2:]
    margin = two[:, 1] - two[:, 0]
    # as many as may be asked for without a class taking most of a small pile
    least = max(1, min(LEAST, n // (2 * classes)))
    found = []
    for c in range(classes):
        own = np.flatnonzero(guess == c)
        if len(own) < least:
            found.append(np.argsort(-logits[:, c], kind="stable")[:least])
        else:
            own = own[np.argsort(-margin[own], kind="stable")]
            found.append(own[: max(least, int(SHARE * len(own)))])
    return found


@dataclass(frozen=True)
class Centroids:
    """A vote source: names, then class vectors from the texts near them."""

    embed: Embed
    name: str = "centroids"

    def vote(self, texts: Sequence[str], classes: Sequence[ClassSpec]) -> VoteTable:
        """Up to three votes on every text."""
        pile = self.embed(texts)
        return top_votes(reestimate(class_evidence(self.embed, classes, pile), pile), self.name)


@dataclass(frozen=True)
class Keywords:
    """A vote source: class vectors from the texts near the keywords (the name, where none)."""

    embed: Embed
    name: str = "keywords"

    def vote(self, texts: Sequence[str], classes: Sequence[ClassSpec]) -> VoteTable:
        """Up to three votes on every text."""
        pile = self.embed(texts)
        named = [
            ClassSpec(spec.name, keywords=spec.keywords or (readable(spec.name),))
            for spec in classes
        ]
        words = sentence_vectors(self.embed, named)
        near = name_evidence(words, pile, SHARPNESS).logits(pile)
        return top_votes(reestimate(near, pile), self.name)
