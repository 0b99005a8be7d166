"""A labelled table looked over: copies, doubtful labels, weights, a coreset. Nothing is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError
from nanonet.select._check import Floats, Rows
from nanonet.select.cover import herding, k_centre
from nanonet.select.difficulty import difficult, difficulty
from nanonet.select.doubt import Doubts, Learner, out_of_fold, suspects
from nanonet.select.draw import draw
from nanonet.select.thin import first_copies
from nanonet.select.verify import Trainer, Verdict, verify
from nanonet.select.weights import row_weights

WAYS = ("random", "herding", "cover", "difficulty")
WEIGHTS = {"uniform": "uniform", "linear": "linupper", "quadratic": "quadratic",
           "extremes": "extremes"}  # fmt: skip
LEAST_OF_A_CLASS = 3
LEAST_TO_CHECK = 60


@dataclass(frozen=True)
class CurateSettings:
    """size: rows of the coreset (None: all that are good); by: how they are chosen, one of WAYS;
    weigh: one of WEIGHTS; check: whether doubts must prove themselves before rows are left out.
    """

    size: int | None = None
    by: str = "random"
    weigh: str = "uniform"
    check: bool = True

    def __post_init__(self) -> None:
        if self.by not in WAYS:
            raise UserError(f"by is {self.by!r}; it must be one of {', '.join(WAYS)}")
        if self.weigh not in WEIGHTS:
            raise UserError(f"weigh is {self.weigh!r}; it must be one of {', '.join(WEIGHTS)}")
        if self.size is not None and self.size < 1:
            raise UserError(f"size is {self.size}; it must be a whole number, 1 or more")


@dataclass(frozen=True)
class Labels:
    """Texts [n], their unit vectors [n, d], label numbers [n] and the number of classes."""

    texts: Sequence[str]
    vectors: Floats
    y: NDArray[np.int64]
    classes: int


@dataclass(frozen=True)
class Curated:
    """What was found of each row [n].

    doubts: of the labels; first: the first copy (the row itself where there is none); difficulty:
    0 to 1; weights: mean 1 over the rows kept, 0 elsewhere; reason: "" for a kept row, else why it
    is not; verdict: of the trial of the doubts (None: not tried).
    """

    doubts: Doubts
    first: Rows
    difficulty: Floats
    weights: Floats
    reason: tuple[str, ...]
    verdict: Verdict | None
    notes: tuple[str, ...]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Which rows are kept [n]."""
        return np.array([not reason for reason in self.reason], bool)


def curate(
    labels: Labels,
    learner: Learner,
    trainer: Trainer,
    rng: np.random.Generator,
    settings: CurateSettings | None = None,
) -> Curated:
    """Look a labelled table over.

    Copies stay in one fold, so that none vouches for another; classes of fewer than three rows are
    not doubted. Raises UserError where rows or classes are too few.
    """
    s = settings or CurateSettings()
    notes: list[str] = []
    first = first_copies(labels.texts)
    table = out_of_fold(labels.vectors, labels.y, labels.classes, learner, rng, group=first)
    doubts = _of_large_classes(suspects(table, labels.y), labels, notes)
    verdict = None
    if s.check and len(labels.y) < LEAST_TO_CHECK:
        notes.append(
            f"{len(labels.y)} rows are too few to try whether leaving suspects out helps (at least "
            f"{LEAST_TO_CHECK} are needed): suspects are kept"
        )
    elif s.check and doubts.suspect.any():
        trial = _Trial(labels, first, learner, int(rng.integers(2**31)))
        verdict = verify(labels.vectors, labels.y, labels.classes, trial, trainer, rng)
        if not verdict.kept:
            notes.append("leaving the suspects out did not help on held-out labels: they are kept")
    copy = first != np.arange(len(first))
    reason = np.where(copy, "copy", "").astype(object)
    if not s.check or (verdict is not None and verdict.kept):
        reason[doubts.suspect] = "suspect"
    hard = difficulty(table, np.eye(labels.classes, dtype=np.float32)[labels.y])
    good = np.flatnonzero(reason == "")
    if s.size is not None and s.size < len(good):
        chosen = good[_coreset(labels, hard, good, s, rng)]
        reason[np.setdiff1d(good, chosen)] = "not in the coreset"
    elif s.size is not None:
        notes.append(f"{s.size} rows were asked for and {len(good)} are good; all of them are kept")
    return Curated(
        doubts, first, hard, _weights(table, labels.y, reason == "", s), tuple(reason), verdict,
        tuple(notes),
    )  # fmt: skip


def _of_large_classes(doubts: Doubts, labels: Labels, notes: list[str]) -> Doubts:
    sizes = np.bincount(labels.y, minlength=labels.classes)
    small = sizes[labels.y] < LEAST_OF_A_CLASS
    if not small.any():
        return doubts
    notes.append(
        f"classes with fewer than {LEAST_OF_A_CLASS} rows are too small to be doubted: "
        f"{len(np.unique(labels.y[small]))}"
    )
    return Doubts(
        doubts.suspect & ~small,
        np.where(small, labels.y, doubts.better),
        doubts.given,
        np.where(small, doubts.given, doubts.instead),
        doubts.thresholds,
    )


@dataclass(frozen=True)
class _Trial:
    """The filter under trial: doubts made from the rows at hand alone, suspects at weight 0."""

    labels: Labels
    first: Rows
    learner: Learner
    seed: int

    def __call__(self, rows: Rows) -> Floats:
        y, classes = self.labels.y[rows], self.labels.classes
        group = np.unique(self.first[rows], return_index=True, return_inverse=True)
        rng = np.random.default_rng(self.seed)
        table = out_of_fold(
            self.labels.vectors[rows], y, classes, self.learner, rng, group=group[1][group[2]]
        )
        return np.where(suspects(table, y).suspect, 0.0, 1.0).astype(np.float32)


def _coreset(
    labels: Labels, hard: Floats, good: Rows, s: CurateSettings, rng: np.random.Generator
) -> Rows:
    """Positions among the good rows; every class keeps its share."""
    assert s.size is not None
    y = labels.y[good]
    if s.by == "difficulty":
        return difficult(hard[good], y, s.size, rng)
    if s.by == "random":
        return draw(np.ones(len(good)), s.size, rng, y)
    even = draw(np.ones(len(good)), s.size, rng, y)  # how many of each class
    parts = []
    for one, count in enumerate(np.bincount(y[even], minlength=labels.classes)):
        rows = np.flatnonzero(y == one)
        if count:
            points = labels.vectors[good[rows]]
            chosen = herding(points, count) if s.by == "herding" else k_centre(points, count, rng)
            parts.append(rows[chosen])
    return np.sort(np.concatenate(parts))


def _weights(
    table: Floats, y: NDArray[np.int64], kept: NDArray[np.bool_], s: CurateSettings
) -> Floats:
    out = np.zeros(len(y), np.float32)
    losses = -np.log(np.maximum(table[np.arange(len(y)), y], 1e-6))
    out[kept] = row_weights(losses[kept], WEIGHTS[s.weigh])
    return out
