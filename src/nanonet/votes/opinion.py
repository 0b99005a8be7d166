"""What an encoder knows of good and bad: one direction, for tasks that are about an opinion.

Asked what words mean to them, people everywhere order them first of all from good to bad (Osgood,
Suci & Tannenbaum 1957, "The Measurement of Meaning": evaluation, the first factor of the semantic
differential), and Turney & Littman (2003, "Measuring praise and criticism") read the orientation of
a text from its nearness to seven pairs of such words. A sentence encoder holds that direction too,
among hundreds that are louder, so that twenty labels do not find it: it is offered to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Osgood's scales of evaluation, Turney & Littman's seven pairs, and everyday verdicts.
OPINION_PAIRS = (
    ("beautiful", "ugly"), ("clean", "dirty"), ("kind", "cruel"), ("pleasant", "unpleasant"),
    ("happy", "sad"), ("nice", "awful"), ("valuable", "worthless"), ("fair", "unfair"),
    ("honest", "dishonest"),
    ("good", "bad"), ("nice", "nasty"), ("excellent", "poor"), ("positive", "negative"),
    ("fortunate", "unfortunate"), ("correct", "wrong"), ("superior", "inferior"),
    ("great", "terrible"), ("wonderful", "awful"), ("love", "hate"), ("best", "worst"),
    ("praise", "complaint"), ("recommend", "avoid"), ("success", "failure"),
)  # fmt: skip
_TEMPLATES = ("it is {}.", "this is {}.", "{}")


@dataclass(frozen=True)
class Opinion:
    """A linear reading of one embedding, ``embedding @ weight + bias``; unit spread on the pile.

    weight: [dim]; bias: a number.
    """

    weight: Floats
    bias: float

    def scores(self, embeddings: Floats) -> Floats:
        """Scores [n] of unit embeddings [n, dim]; good above bad."""
        return np.asarray(embeddings @ self.weight + np.float32(self.bias), np.float32)


def opinion_sentences() -> tuple[str, ...]:
    """What must be embedded: for every pair, the good word in each template, then the bad one."""
    words = [word for pair in OPINION_PAIRS for word in pair]
    return tuple(template.format(word) for word in words for template in _TEMPLATES)


def opinion(sentences: Floats, pile: Floats) -> Opinion:
    """The direction from the unit embeddings [m, dim] of ``opinion_sentences``.

    pile: unit embeddings [n, dim] of the texts at hand, over which the scores get mean zero and
    spread one. Every pair counts alike, whatever the distance between its words.
    """
    means = sentences.reshape(len(OPINION_PAIRS), 2, len(_TEMPLATES), -1).mean(axis=2)
    steps = means[:, 0] - means[:, 1]
    steps = steps / np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-9)
    direction = steps.mean(axis=0)
    scores = pile @ direction
    weight = direction / max(float(scores.std()), 1e-6)
    return Opinion(np.asarray(weight, np.float32), -float((pile @ weight).mean()))
