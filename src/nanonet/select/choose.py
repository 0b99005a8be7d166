"""One door to every way of choosing what to ask a teacher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nanonet.errors import UserError
from nanonet.select._check import Floats, Rows, asked, matrix, probabilities
from nanonet.select.cover import k_centre
from nanonet.select.difficulty import difficult, difficulty
from nanonet.select.draw import quotas
from nanonet.select.first import first_texts
from nanonet.select.gain import best, entropy, margin, margin_gain
from nanonet.select.robust import rad

UNCERTAIN_SHARE = 3  # a cover is laid over so many times as many uncertain texts as are asked


@dataclass(frozen=True)
class Evidence:
    """What is known of the n texts to choose from.

    probabilities: of the present student [n, C]; vectors: unit length [n, d]; teacher: soft labels
    [n, C] from elsewhere, such as the neighbours' mean (None: the student's own); accuracy: of the
    teacher who is asked, as far as it is known.
    """

    probabilities: Floats | None = None
    vectors: Floats | None = None
    teacher: Floats | None = None
    accuracy: float = 1.0

    def table(self) -> Floats:
        """The probabilities, checked; raises UserError where there are none."""
        if self.probabilities is None:
            raise UserError("this way of choosing needs the probabilities of a model")
        return probabilities(self.probabilities)

    def points(self) -> Floats:
        """The vectors, checked; raises UserError where there are none."""
        if self.vectors is None:
            raise UserError("this way of choosing needs the vectors of the texts")
        return matrix(self.vectors, "vectors")


Strategy = Callable[[Evidence, int, np.random.Generator], Rows]


def choose(
    strategy: str,
    count: int,
    evidence: Evidence,
    rng: np.random.Generator,
    notes: list[str] | None = None,
) -> Rows:
    """Rows [count] of the texts to ask, by one of ``STRATEGIES``; no row twice.

    Where fewer texts are there than asked for, all are returned and ``notes`` says so. Raises
    UserError for an unknown strategy, missing evidence, and tables that are no probabilities.

    >>> import numpy as np
    >>> table = np.array([[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]], np.float32)
    >>> choose("margin", 1, Evidence(table), np.random.default_rng(0)).tolist()
    [1]
    """
    if strategy not in STRATEGIES:
        raise UserError(f"strategy is {strategy!r}; it must be one of {', '.join(STRATEGIES)}")
    first = evidence.vectors if evidence.probabilities is None else evidence.probabilities
    if first is None:
        raise UserError("there is nothing to choose by; give probabilities, vectors or both")
    there = len(first)
    if evidence.vectors is not None and len(evidence.vectors) != there:
        raise UserError(f"there are {there} rows of probabilities, {len(evidence.vectors)} vectors")
    if not there:
        raise UserError("there are no texts to choose from")
    wanted = asked(count, there)
    if wanted < count and notes is not None:
        notes.append(f"{count} texts were asked for and {there} are there; all of them are given")
    return STRATEGIES[strategy](evidence, wanted, rng)


def _random(evidence: Evidence, count: int, rng: np.random.Generator) -> Rows:
    first = evidence.vectors if evidence.probabilities is None else evidence.probabilities
    assert first is not None
    return rng.permutation(len(first))[:count].astype(np.int64)


def _margin(evidence: Evidence, count: int, rng: np.random.Generator) -> Rows:
    return margin(evidence.table(), count)


def _entropy(evidence: Evidence, count: int, rng: np.random.Generator) -> Rows:
    return entropy(evidence.table(), count)


def _diverse(evidence: Evidence, count: int, rng: np.random.Generator) -> Rows:
    """A farthest-first cover of the most uncertain texts."""
    table, points = evidence.table(), evidence.points()
    near = margin(table, min(len(table), UNCERTAIN_SHARE * count))
    return near[k_centre(points[near], count, rng)]


def _balanced(evidence: Evidence, count: int, rng: np.random.Generator) -> Rows:
    """The most uncertain texts of each predicted class, as many of each while they last."""
    table = evidence.table()
    gain, guess = margin_gain(table), table.argmax(axis=1)
    shares = quotas(np.bincount(guess, minlength=table.shape[1]), count)
    parts = []
    for one in np.flatnonzero(shares):
        rows = np.flatnonzero(guess == one)
        parts.append(rows[best(gain[rows], int(shares[one]))])
    chosen = np.concatenate(parts)
    return chosen[np.argsort(-gain[chosen], kind="stable")]


def _rad(evidence: Evidence, count: int, rng: np.random.Generator) -> Rows:
    return rad(evidence.table(), count, evidence.accuracy, rng)


def _difficulty(evidence: Evidence, count: int, rng: np.random.Generator) -> Rows:
    """By difficulty inside each class of the teacher, the hardest most often.

    There is no floor: a floor guards against wrong answers, and nothing is answered yet. The
    confidence of a student in its place leaves the easy texts, and was below chance (docs/ask.md).
    """
    table = evidence.table()
    teacher = table if evidence.teacher is None else probabilities(evidence.teacher)
    return difficult(difficulty(table, teacher), teacher.argmax(axis=1), count, rng, peak=1.0)


def _typical(evidence: Evidence, count: int, rng: np.random.Generator) -> Rows:
    """A typical text of every part of the pool, the unsure ones first where a model is there."""
    gain = None if evidence.probabilities is None else margin_gain(evidence.probabilities)
    return first_texts(evidence.points(), count, rng, gain)


def _cover(evidence: Evidence, count: int, rng: np.random.Generator) -> Rows:
    return k_centre(evidence.points(), count, rng)


STRATEGIES: dict[str, Strategy] = {
    "random": _random,
    "margin": _margin,
    "entropy": _entropy,
    "diverse": _diverse,
    "balanced": _balanced,
    "rad": _rad,
    "difficulty": _difficulty,
    "typical": _typical,
    "cover": _cover,
}
