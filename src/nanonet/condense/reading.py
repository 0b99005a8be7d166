"""Which readouts of the encoder the learner sees, and a table seen through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nanonet.condense.seen import Rows
from nanonet.encode import Encoder, Vectors, usual_readout
from nanonet.learn import Floats, unit
from nanonet.learn.readouts import choose_readouts

LEAST_WEIGHT = 0.1  # a readout of less widens the table by a half and was worth under 0.2 points
SAMPLE = 800  # rows the readouts are judged on: the closed form inverts a matrix of that size


@dataclass(frozen=True)
class Reading:
    """Readouts by position, with their weights (adding up to one)."""

    index: tuple[int, ...]
    weight: tuple[float, ...]

    def features(self, vectors: Vectors) -> Floats:
        """The unit-length readouts, each times the root of its weight, side by side: [n, d]."""
        blocks = []
        for at, share in zip(self.index, self.weight, strict=True):
            block = vectors.readout(at)
            length = np.maximum(np.linalg.norm(block, axis=1, keepdims=True), 1e-9)
            blocks.append(np.asarray(block / length * np.sqrt(share), np.float32))
        return np.concatenate(blocks, axis=1)

    def head(self, coefficients: Floats, dim: int) -> tuple[Floats, Floats]:
        """Weights [K * dim, C] and bias [C] on the plain unit readouts, of a head on features."""
        roots = np.repeat(np.sqrt(np.asarray(self.weight, np.float32)), dim)
        return np.asarray(coefficients[:-1] * roots[:, None], np.float32), coefficients[-1]


def choose_reading(
    encoder: Encoder, vectors: Vectors, y: Rows, classes: int, rng: np.random.Generator
) -> Reading:
    """The readouts that suit the labels, judged on a sample of the table by left-out log-loss."""
    sample = np.sort(rng.permutation(len(y))[:SAMPLE])
    part = vectors.take(sample)
    matrices = [unit(part.readout(i)) for i in range(len(encoder.readouts))]
    choice = choose_readouts(matrices, y[sample], classes, usual_readout(encoder))
    pairs = zip(choice.index, choice.weight, strict=True)
    kept = [(at, round(float(w), 6)) for at, w in pairs if w >= LEAST_WEIGHT]
    total = sum(share for _, share in kept)
    return Reading(tuple(at for at, _ in kept), tuple(share / total for _, share in kept))


def number(labels: Sequence[str], classes: Sequence[str]) -> Rows:
    """Class names to class numbers."""
    place = {name: at for at, name in enumerate(classes)}
    return np.array([place[label] for label in labels], np.int64)
