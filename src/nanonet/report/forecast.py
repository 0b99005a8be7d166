"""What more labels would bring: the recipe on parts of the labels, and a power law through it.

Errors of learners fall about as ``a + b n^-c`` in the number of labels n (Cortes et al., "Learning
curves", NIPS 1993; Hestness et al., arXiv 1712.00409). With a few dozen labels the points are noisy
and the law is a guess beyond them, so what is told is an interval, by resampling the labelled texts
that the points were counted on (Efron 1979) and by how far gains were seen to stray; and nothing is
told where the labels are too few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.learn import Material
from nanonet.progress import Progress
from nanonet.report.trial import Recipe, Rows, answer, deal

Doubles = NDArray[np.float64]

LEAST_LABELS = 20
LEAST_EACH = 4
LEVEL = 0.8  # of the intervals
MOST_WIDE = 0.2  # an interval wider than twenty points tells nobody anything
_SHARES = (0.3, 0.45, 0.67, 1.0)  # of four fifths of the labels
_FOLDS = 5
_MANY = 400  # labels that are enough to be counted on once
_POWERS = (0.25, 0.5, 0.75, 1.0)
_DRAWS = 400
# Which labels are there and which will come moves a gain by about this over the root of their
# number: with it 25 of 30 intervals held on training rows (three sets, 10 and 30 labels a class),
# without it 10.
_CHANCE = 0.15
_POOL = 1500  # pool texts beside the labels; a fit has more, so its own curve lies a little higher
_MOST_LABELS = 1000
_STEPS = 40


@dataclass(frozen=True)
class Measured:
    """Accuracy on hidden labels with so many labels to learn from."""

    labels: int
    accuracy: float


@dataclass(frozen=True)
class Gain:
    """What ``more`` labels would add to the accuracy: the guess and its 80 % interval."""

    more: int
    gain: float
    low: float
    high: float

    def __str__(self) -> str:
        half = 50 * (self.high - self.low)
        return f"{self.more:,} more labels: about {100 * self.gain:+.1f} ± {half:.1f} points"


@dataclass(frozen=True)
class Forecast:
    """The measured points, the law through them as (labels, accuracy, low, high), and the gains.

    told: one sentence; gains is empty where the labels are too few to say, and told says why.
    """

    labels: int
    points: tuple[Measured, ...]
    curve: tuple[tuple[float, float, float, float], ...]
    gains: tuple[Gain, ...]
    told: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {**vars(self), "points": [vars(p) for p in self.points]}
        return plain | {"gains": [vars(g) for g in self.gains]}


def forecast(
    material: Material, recipe: Recipe, rng: np.random.Generator, bar: Progress
) -> Forecast:
    """Measure the recipe on parts of the labels and say what more of them would bring."""
    counts = np.bincount(material.y, minlength=material.classes)
    n = material.labelled
    if n < LEAST_LABELS or counts.min() < LEAST_EACH:
        return Forecast(n, (), (), (), _too_few(n, int(counts.min())))
    if n > _MOST_LABELS:
        told = f"with {n:,} labels the curve is flat: label what the model is unsure of instead"
        return Forecast(n, (), (), (), told)
    small = replace(material, rows=min(material.rows, n + _POOL))
    sizes, hits = measure(small, recipe, rng, bar)
    return extrapolate(sizes, hits, n, rng)


def measure(
    material: Material, recipe: Recipe, rng: np.random.Generator, bar: Progress
) -> tuple[Doubles, Doubles]:
    """Labels [S] learned from, and whether each of the n rows was answered rightly [S, n] (a mean
    over repeats) by a model that learned from so many of the others."""
    n, y = material.labelled, material.y
    repeats = 1 if n > _MANY else 2
    hits, sizes = np.zeros((len(_SHARES), n)), np.zeros(len(_SHARES))
    bar.start("learning curve", repeats * _FOLDS * len(_SHARES))
    try:
        for _ in range(repeats):
            fold = deal(y, _FOLDS, rng)
            for one in range(_FOLDS):
                hidden = np.flatnonzero(fold == one)
                parts = nested(y, rng.permutation(np.flatnonzero(fold != one)), _SHARES)
                for at, train in enumerate(parts):
                    said = answer(material, recipe.name, train, hidden, rng).argmax(axis=1)
                    hits[at, hidden] += (said == y[hidden]) / repeats
                    sizes[at] += len(train) / (repeats * _FOLDS)
                    bar.advance(1)
    finally:
        bar.finish()
    return sizes, hits


def nested(y: Rows, rows: Rows, shares: Sequence[float]) -> list[Rows]:
    """Parts of ``rows``, each inside the next, classes in their shares, at least two of each."""
    place = np.empty(len(rows))
    for one in np.unique(y[rows]):
        mine = np.flatnonzero(y[rows] == one)
        place[mine] = np.where(np.arange(len(mine)) < 2, 0.0, (np.arange(len(mine)) + 0.5))
        place[mine] /= len(mine)
    return [np.sort(rows[place <= share]) for share in shares]


def extrapolate(sizes: Doubles, hits: Doubles, n: int, rng: np.random.Generator) -> Forecast:
    """The law through the points and beyond ``n`` labels, with intervals by resampling rows."""
    first = 50 if n <= 400 else max(50, n // 4 // 10 * 10)
    steps = [first] if 0.6 * first <= n <= 1.6 * first else sorted({first, n})
    ahead = np.geomspace(sizes[0], n + max(steps), _STEPS)
    weights = rng.multinomial(hits.shape[1], np.full(hits.shape[1], 1 / hits.shape[1]), _DRAWS)
    errors = 1.0 - (weights @ hits.T) / hits.shape[1]
    whole = Law(sizes, (1.0 - hits.mean(axis=1))[None, :])
    drawn = Law(sizes, errors)
    tails = [50 * (1 - LEVEL), 100 - 50 * (1 - LEVEL)]
    low, high = np.percentile(1.0 - drawn(ahead), tails, axis=0)
    columns = (ahead, 1.0 - whole(ahead)[0], low, high)
    columns = (ahead, 1.0 - whole(ahead)[0], low, high)
    curve = tuple(zip(*(column.tolist() for column in columns), strict=True))
    gains = []
    for more in steps:
        ends = np.array([n, n + more], float)
        each, own = drawn(ends), whole(ends)[0]
        chance = rng.normal(0.0, _CHANCE / np.sqrt(n), _DRAWS)
        apart = np.percentile(each[:, 0] - each[:, 1] + chance, tails)
        gains.append(Gain(more, float(own[0] - own[1]), float(apart[0]), float(apart[1])))
    points = tuple(
        Measured(round(size), float(mean))
        for size, mean in zip(sizes.tolist(), hits.mean(axis=1), strict=True)
    )
    if gains[0].high - gains[0].low > MOST_WIDE:
        told = f"{n} labels are too few to say what more would bring: it may be anything"
        return Forecast(n, points, curve, (), told)
    return Forecast(n, points, curve, tuple(gains), str(gains[0]))


class Law:
    """``a + b n^-c`` through errors [B, S] at sizes [S], with a and b not below zero."""

    def __init__(self, sizes: Doubles, errors: Doubles) -> None:
        best = np.full(len(errors), np.inf)
        self._a, self._b, self._c = (np.zeros(len(errors)) for _ in range(3))
        for power in _POWERS:
            a, b = _line(sizes**-power, errors)
            left = ((a[:, None] + b[:, None] * sizes**-power - errors) ** 2).sum(axis=1)
            take = left < best - 1e-12
            best = np.where(take, left, best)
            for old, new in ((self._a, a), (self._b, b), (self._c, np.full(len(a), power))):
                old[take] = new[take]

    def __call__(self, sizes: Doubles) -> Doubles:
        """Errors [B, len(sizes)]."""
        return self._a[:, None] + self._b[:, None] * sizes[None, :] ** -self._c[:, None]


def _line(x: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
    """Least squares a + b x for every row of y [B, S], neither below zero."""
    centred = x - x.mean()
    b = (y @ centred) / (centred @ centred)
    a = y.mean(axis=1) - b * x.mean()
    flat, steep = b < 0, a < 0
    a, b = np.where(flat, y.mean(axis=1), a), np.where(flat, 0.0, b)
    return np.where(steep, 0.0, a), np.where(steep, (y @ x) / (x @ x), b)


def _too_few(n: int, least: int) -> str:
    if n < LEAST_LABELS:
        return f"{n} labels are too few to say what more would bring; label {LEAST_LABELS}"
    return (
        f"some class has {least} label{'' if least == 1 else 's'}, which is too few to say what "
        f"more would bring; label {LEAST_EACH} of each"
    )
