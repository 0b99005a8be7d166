"""Trials on hidden labels: every candidate learns from half of them and answers for the rest.

Candidates, simplest first: ``labels`` (logistic regression on the encoder's usual embedding),
``readouts`` (the best readouts, the pile's class mix, names and votes if given) and ``cohort``
(the views teaching one another on the pile).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats, linear_logits, softmax
from nanonet.learn.cohort import CohortSettings, product, run_cohort
from nanonet.learn.graph import neighbours
from nanonet.learn.material import Material
from nanonet.learn.starts import Start, fit_labels, fit_start
from nanonet.learn.views import Views
from nanonet.progress import NullProgress, Progress

# Pool rows a trial runs on, at least and for each class: on fewer the cohort gains less than it
# would on the whole pool.
POOL = 4000
POOL_A_CLASS = 500
# With more classes the few rows stay: learned from half of the labels, the start of so many classes
# is so much weaker than from all that the cohort looks better than it is, by as much.
MOST_CLASSES = 32
REPEATS = (5, 3)  # with up to and over so many labels, of which three repeats hide nearly all
MANY_LABELS = 150
CANDIDATES = ("labels", "readouts", "cohort")


@dataclass(frozen=True)
class Tried:
    """Raw results: for each candidate, probabilities [repeats * hidden, C]; rows and weights.

    kappa: mean agreement of the two views in the cohorts' first rounds (0 without a cohort); apart:
    accuracy of both views together over that of the better one, which is all a student can be.
    """

    names: tuple[str, ...]
    probabilities: tuple[Floats, ...]
    row: NDArray[np.int64]
    y: NDArray[np.int64]
    weight: Floats
    kappa: float
    apart: float = 0.0


@dataclass(frozen=True)
class _Views:
    """Of one trial's cohort: first agreement, and what each view says of the hidden rows."""

    kappa: float
    each: tuple[Floats, Floats]


def try_candidates(
    material: Material,
    rng: np.random.Generator,
    *,
    repeats: int | None = None,
    pool: int | None = None,
    progress: Progress | None = None,
) -> Tried | None:
    """Run every candidate from half of the labels, ``repeats`` times; None where it cannot be.

    pool: rows of it at most; None: as many as ``POOL`` and ``POOL_A_CLASS`` say.

    It cannot where some class has a single label: nothing of it would be left to hide.
    """
    counts = np.bincount(material.y, minlength=material.classes)
    if counts.min() < 2:
        return None
    bar = progress or NullProgress()
    repeats = repeats or REPEATS[int(material.labelled > MANY_LABELS)]
    chosen = rng.permutation(material.pool_rows)[: pool or _pool(material)]
    near = neighbours(material.unit_readout(material.usual, chosen)) if len(chosen) > 50 else None
    found: list[list[Floats]] = []
    hidden_rows: list[NDArray[np.int64]] = []
    weights: list[Floats] = []
    rounds: list[_Views] = []
    bar.start("gate", repeats)
    for _ in range(repeats):
        train, hidden = half_split(material.y, rng)
        tables, prior, seen = _one_trial(material, train, hidden, chosen, near, rng)
        found.append(tables)
        hidden_rows.append(hidden)
        rounds += [seen] if seen else []
        weights.append(mix_weights(material.y, hidden, prior))
        bar.advance(1)
    bar.finish()
    rows = np.concatenate(hidden_rows)
    names = CANDIDATES[: len(found[0])]
    joined = tuple(np.concatenate([f[i] for f in found]) for i in range(len(names)))
    y, weight = material.y[rows], np.concatenate(weights)
    if not rounds:
        return Tried(names, joined, rows, y, weight, 0.0)
    kappa = float(np.mean([one.kappa for one in rounds]))
    return Tried(names, joined, rows, y, weight, kappa, _apart(joined[-1], rounds, y, weight))


def _apart(both: Floats, rounds: list[_Views], y: NDArray[np.int64], weight: Floats) -> float:
    def accuracy(table: Floats) -> float:
        return float(np.average(table.argmax(axis=1) == y, weights=weight))

    alone = [np.concatenate([one.each[view] for one in rounds]) for view in (0, 1)]
    return max(0.0, accuracy(both) - max(accuracy(table) for table in alone))


def _pool(material: Material) -> int:
    if material.classes > MOST_CLASSES:
        return POOL
    return max(POOL, POOL_A_CLASS * material.classes)


def half_split(
    y: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A stratified half of the rows and the rest (an odd row stays in the first half)."""
    keep: list[NDArray[np.int64]] = []
    hide: list[NDArray[np.int64]] = []
    for c in np.unique(y):
        rows = rng.permutation(np.flatnonzero(y == c))
        cut = (len(rows) + 1) // 2
        keep.append(rows[:cut])
        hide.append(rows[cut:])
    return np.sort(np.concatenate(keep)), np.sort(np.concatenate(hide))


def try_split(
    material: Material,
    train: NDArray[np.int64],
    hidden: NDArray[np.int64],
    name: str,
    rng: np.random.Generator,
) -> Floats:
    """What the candidate ``name``, given only ``train``, says of ``hidden``: [hidden, C]."""
    chosen = rng.permutation(material.pool_rows)[: _pool(material)]
    near = None
    if name == "cohort":
        near = neighbours(material.unit_readout(material.usual, chosen))
    tables, _, _ = _one_trial(material, train, hidden, chosen, near, rng)
    return tables[CANDIDATES.index(name)]


def _one_trial(
    material: Material,
    train: NDArray[np.int64],
    hidden: NDArray[np.int64],
    pool: NDArray[np.int64],
    near: NDArray[np.int32] | None,
    rng: np.random.Generator,
) -> tuple[list[Floats], Floats, _Views | None]:
    usual = material.unit_readout(material.usual, np.concatenate([train, hidden]))
    plain = fit_labels(usual[: len(train)], material.y[train], material.classes)
    out = [softmax(linear_logits(usual[len(train) :], plain))]
    rows = np.concatenate([train, hidden, pool])
    is_pool = np.arange(len(rows)) >= len(train) + len(hidden)
    start = fit_start(material, train, rows, is_pool)
    at_hidden = np.arange(len(train), len(train) + len(hidden))
    out.append(softmax(start.logits[at_hidden]))
    seen = None
    if near is not None:
        seen = _cohort_trial(material, train, rows, is_pool, start, near, at_hidden, rng)
        out.append(product(*seen.each))
    return out, start.prior, seen


def _cohort_trial(
    material: Material,
    train: NDArray[np.int64],
    rows: NDArray[np.int64],
    is_pool: NDArray[np.bool_],
    start: Start,
    near: NDArray[np.int32],
    at_hidden: NDArray[np.int64],
    rng: np.random.Generator,
) -> _Views:
    use = np.concatenate([np.arange(len(train)), np.flatnonzero(is_pool)])
    grams = material.grams.rows(rows)
    views = Views(material.y[train], material.classes, start.view.rows(use), grams.rows(use))
    begin = softmax(start.told(rows)[is_pool])
    result = run_cohort(views, begin, near, start.prior, rng, CohortSettings())
    each = result.each(start.view.features[at_hidden], grams.features[at_hidden])
    return _Views(result.rounds[0].agreement, each)


def mix_weights(y: NDArray[np.int64], hidden: NDArray[np.int64], prior: Floats) -> Floats:
    """Weights [hidden] that give the hidden rows of ``y`` the pile's expected mix; mean one."""
    share = np.bincount(y[hidden], minlength=int(y.max()) + 1) / len(hidden)
    ratio = prior / np.maximum(share, 1e-9)
    weight = np.clip(ratio[y[hidden]], 0.1, 10.0)
    return np.asarray(weight / weight.mean(), np.float32)
