"""The do-no-harm gate: hide half of the labels, run each candidate from the other half, compare.

Candidates, simplest first: ``labels`` (logistic regression on the encoder's usual embedding),
``readouts`` (the best readouts, the pile's class mix, names and votes if given) and ``cohort``
(the views teaching one another on the pile). A later candidate must be shown to be better.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats, linear_logits, softmax
from nanonet.learn.cohort import CohortSettings, run_cohort
from nanonet.learn.graph import neighbours
from nanonet.learn.material import Material
from nanonet.learn.starts import Start, fit_labels, fit_start
from nanonet.learn.views import Views
from nanonet.progress import NullProgress, Progress

# Pool rows a trial runs on, at least and for each class: on fewer the cohort gains less than it
# would on the whole pool.
POOL = 4000
POOL_A_CLASS = 500
REPEATS = (5, 3)  # with up to and over so many labels, of which three repeats hide nearly all
MANY_LABELS = 150
PATIENCE = 0.3  # standard errors of the expected gain
# Gained on training draws: base + slope * (first agreement - accuracy before), give or take doubt.
SHARED_BASE = 0.057
SHARED_SLOPE = 0.42
SHARED_DOUBT = 0.05
# From this first agreement on the two views see the same classes, and that is surer of the gain.
AGREED_KAPPA = 0.7
AGREED_DOUBT = 0.025
_SURPRISE = 2.0  # standard errors by which hidden labels contradict it
CANDIDATES = ("labels", "readouts", "cohort")


@dataclass(frozen=True)
class Trial:
    """One candidate's score on the hidden labels: means over the hidden rows of all repeats.

    accuracy and its standard error (from the number of distinct hidden rows); log_loss;
    gain: accuracy over the candidate before it, with the standard error of the paired difference.
    """

    name: str
    accuracy: float
    accuracy_se: float
    log_loss: float
    gain: float
    gain_se: float


@dataclass(frozen=True)
class Gate:
    """What was chosen, why, and each candidate's trial (none where labels were too few).

    tried: rows scored over all repeats; hidden: different labelled rows among them.
    """

    chosen: str
    why: str
    trials: tuple[Trial, ...]
    tried: int
    hidden: int

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return asdict(self)

    def trial(self, name: str) -> Trial | None:
        """The trial of one candidate, if it was tried."""
        return next((t for t in self.trials if t.name == name), None)


@dataclass(frozen=True)
class Tried:
    """Raw results: for each candidate, probabilities [repeats * hidden, C]; rows and weights.

    kappa: mean agreement of the two views in the cohorts' first rounds (0 without a cohort).
    """

    names: tuple[str, ...]
    probabilities: tuple[Floats, ...]
    row: NDArray[np.int64]
    y: NDArray[np.int64]
    weight: Floats
    kappa: float


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
    kappas: list[float] = []
    bar.start("gate", repeats)
    for _ in range(repeats):
        train, hidden = half_split(material.y, rng)
        tables, prior, kappa = _one_trial(material, train, hidden, chosen, near, rng)
        found.append(tables)
        hidden_rows.append(hidden)
        kappas.append(kappa)
        weights.append(mix_weights(material.y, hidden, prior))
        bar.advance(1)
    bar.finish()
    rows = np.concatenate(hidden_rows)
    names = CANDIDATES[: len(found[0])]
    joined = tuple(np.concatenate([f[i] for f in found]) for i in range(len(names)))
    return Tried(
        names, joined, rows, material.y[rows], np.concatenate(weights), float(np.mean(kappas))
    )


def _pool(material: Material) -> int:
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
) -> tuple[list[Floats], Floats, float]:
    usual = material.unit_readout(material.usual, np.concatenate([train, hidden]))
    plain = fit_labels(usual[: len(train)], material.y[train], material.classes)
    out = [softmax(linear_logits(usual[len(train) :], plain))]
    rows = np.concatenate([train, hidden, pool])
    is_pool = np.arange(len(rows)) >= len(train) + len(hidden)
    start = fit_start(material, train, rows, is_pool)
    at_hidden = np.arange(len(train), len(train) + len(hidden))
    out.append(softmax(start.logits[at_hidden]))
    kappa = 0.0
    if near is not None:
        table, kappa = _cohort_trial(material, train, rows, is_pool, start, near, at_hidden, rng)
        out.append(table)
    return out, start.prior, kappa


def _cohort_trial(
    material: Material,
    train: NDArray[np.int64],
    rows: NDArray[np.int64],
    is_pool: NDArray[np.bool_],
    start: Start,
    near: NDArray[np.int32],
    at_hidden: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[Floats, float]:
    use = np.concatenate([np.arange(len(train)), np.flatnonzero(is_pool)])
    grams = material.grams.rows(rows)
    views = Views(material.y[train], material.classes, start.view.rows(use), grams.rows(use))
    begin = softmax(start.told(rows)[is_pool])
    result = run_cohort(views, begin, near, start.prior, rng, CohortSettings())
    table = result.predict(start.view.features[at_hidden], grams.features[at_hidden])
    return table, result.rounds[0].agreement


def mix_weights(y: NDArray[np.int64], hidden: NDArray[np.int64], prior: Floats) -> Floats:
    """Weights [hidden] that give the hidden rows of ``y`` the pile's expected mix; mean one."""
    share = np.bincount(y[hidden], minlength=int(y.max()) + 1) / len(hidden)
    ratio = prior / np.maximum(share, 1e-9)
    weight = np.clip(ratio[y[hidden]], 0.1, 10.0)
    return np.asarray(weight / weight.mean(), np.float32)


def judge(tried: Tried | None, *, patience: float = PATIENCE) -> Gate:
    """Choose between the candidates.

    ``readouts`` stands unless ``labels`` is better by more than its doubt, because it keeps the
    usual embedding wherever the labels do not speak against it. ``cohort`` is taken when what is to
    be expected of it is above ``patience`` standard errors, or above nothing where the views agree
    from the first round on and the hidden labels do not contradict it; see :func:`expected_gain`.
    """
    if tried is None:
        why = "too few labels to hide any (a class has only one), so nothing riskier was tried"
        return Gate("readouts", why, (), 0, 0)
    trials = score_trials(tried)
    hidden = len(np.unique(tried.row))
    chosen, why = _choose({t.name: t for t in trials}, patience, tried.kappa, hidden)
    return Gate(chosen, why, trials, len(tried.row), hidden)


def score_trials(tried: Tried) -> tuple[Trial, ...]:
    """Accuracy, log-loss and paired gain of every candidate on the hidden rows."""
    distinct = max(len(np.unique(tried.row)), 1)
    rows = np.arange(len(tried.y))
    out: list[Trial] = []
    before = None
    for name, table in zip(tried.names, tried.probabilities, strict=True):
        hit = (table.argmax(axis=1) == tried.y).astype(np.float64)
        loss = -np.log(table[rows, tried.y] + 1e-9)
        mean, se = _mean(hit, tried.weight, distinct)
        paired = hit - (hit if before is None else before)
        gain, gain_se = _mean(paired, tried.weight, distinct)
        out.append(Trial(name, mean, se, _mean(loss, tried.weight, distinct)[0], gain, gain_se))
        before = hit
    return tuple(out)


def _mean(values: NDArray[np.float64], weight: Floats, distinct: int) -> tuple[float, float]:
    total = float(np.average(values, weights=weight))
    spread = float(np.average((values - total) ** 2, weights=weight))
    return total, float(np.sqrt(spread / max(distinct - 1, 1)))


def _choose(
    trials: dict[str, Trial], patience: float, kappa: float, hidden: int
) -> tuple[str, str]:
    readouts, cohort = trials["readouts"], trials.get("cohort")
    if -readouts.gain > readouts.gain_se and readouts.gain < -0.02:
        start = "labels"
        why = f"the readouts changed accuracy by {_points(readouts.gain)} on hidden labels"
    else:
        start = "readouts"
        why = f"the readouts changed the plain embedding by {_points(readouts.gain)}"
    if cohort is None:
        return start, why + "; there is no pool, or one too small to learn from"
    gain = cohort.accuracy - trials[start].accuracy
    doubt = max(cohort.gain_se, 0.5 / hidden)
    likely, likely_se = expected_gain(gain, doubt, kappa, trials[start].accuracy)
    seen = f"its views agree with kappa {kappa:.2f}; together {_points(likely)} are expected of it"
    # An even chance goes to the simpler candidate, unless views that agree say it is none.
    agreed = _agreed(gain, doubt, kappa, trials[start].accuracy)
    if likely > (0.0 if agreed else patience * likely_se):
        return "cohort", (
            f"from half of the labels the cohort scored {cohort.accuracy:.1%} on the hidden ones, "
            f"{start} {trials[start].accuracy:.1%} ({_points(gain)}); {seen}"
        )
    return start, f"{why}; the cohort would have changed that by {_points(gain)}, {seen}"


def expected_gain(
    gain: float, gain_se: float, kappa: float, accuracy: float
) -> tuple[float, float]:
    """What the cohort will gain, and its standard error: hidden labels and pool, by precision.

    gain, gain_se: as measured on the hidden labels; kappa: first agreement of the two views on the
    pool; accuracy: of the candidate before, on the hidden labels. Two views that erred each by
    itself would agree less often than they are right. Where they agree as often, they share what
    groups the texts, and rounds sharpen it; where they agree far less often than the one is right,
    the pile's groups are others (sentiment, kinds of questions) and rounds drift to those. Forty
    labels say little of a gain; thousands of texts say this much, and more where the views agree
    from the first round on, unless the labels contradict it.
    """
    shared_se = AGREED_DOUBT if _agreed(gain, gain_se, kappa, accuracy) else SHARED_DOUBT
    return by_precision(gain, gain_se, _by_agreement(kappa, accuracy), shared_se)


def _by_agreement(kappa: float, accuracy: float) -> float:
    return SHARED_BASE + SHARED_SLOPE * (kappa - accuracy)


def _agreed(gain: float, gain_se: float, kappa: float, accuracy: float) -> bool:
    """Whether the views see the same classes, and the hidden labels do not contradict that."""
    surprise = abs(gain - _by_agreement(kappa, accuracy)) / np.hypot(gain_se, AGREED_DOUBT)
    return bool(kappa >= AGREED_KAPPA and surprise <= _SURPRISE)


def by_precision(one: float, one_se: float, other: float, other_se: float) -> tuple[float, float]:
    """The mean of two estimates, each weighted by its precision, and its standard error."""
    own, its = 1.0 / one_se**2, 1.0 / other_se**2
    return (one * own + other * its) / (own + its), float((own + its) ** -0.5)


def _points(share: float) -> str:
    return f"{100 * share:+.1f} points"
