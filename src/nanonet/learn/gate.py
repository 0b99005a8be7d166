"""The do-no-harm gate: which candidate stands, by the trials on hidden labels and by the pool.

The simplest stands; a later one must be expected to be better.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats
from nanonet.learn.trials import Tried

PATIENCE = 0.25  # standard errors of the expected gain
# Gained on training draws: base + slope * (first agreement - accuracy before), give or take doubt.
SHARED_BASE = 0.057
SHARED_SLOPE = 0.42
SHARED_DOUBT = 0.05
# The accuracy before is counted on few rows: that of training draws, worth so many rows, beside it.
USUAL_ACCURACY = 0.75
USUAL_ROWS = 20
# From this first agreement on the two views see the same classes, and that is surer of the gain.
AGREED_KAPPA = 0.7
AGREED_DOUBT = 0.025
# So many hidden rows believe half of what the views were seen to know only together.
APART_ROWS = 400
_LEAST_ROWS = 100  # with fewer it is not counted at all
_SURPRISE = 2.0  # standard errors of their difference by which two estimates contradict


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


def judge(tried: Tried | None, *, patience: float = PATIENCE) -> Gate:
    """Choose between the candidates.

    ``readouts`` stands unless ``labels`` is better by more than its doubt, because it keeps the
    usual embedding wherever the labels do not speak against it. ``cohort`` is taken when what is to
    be expected of a student of it is above ``patience`` standard errors, or above nothing where the
    views agree from the first round on and the hidden labels do not contradict it; see
    :func:`expected_gain`. What the views know only together is taken off what the labels showed, as
    far as there are labels enough to see it: a student is one of them.
    """
    if tried is None:
        why = "too few labels to hide any (a class has only one), so nothing riskier was tried"
        return Gate("readouts", why, (), 0, 0)
    trials = score_trials(tried)
    hidden = len(np.unique(tried.row))
    chosen, why = _choose({t.name: t for t in trials}, patience, tried, hidden)
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
    trials: dict[str, Trial], patience: float, tried: Tried, hidden: int
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
    kappa, whole = tried.kappa, cohort.accuracy - trials[start].accuracy
    apart = tried.apart * hidden / (hidden + APART_ROWS) if hidden >= _LEAST_ROWS else 0.0
    gain = whole - apart
    doubt = max(cohort.gain_se, 0.5 / hidden)
    accuracy = _less_luck(trials[start].accuracy, hidden)
    likely, likely_se = expected_gain(gain, doubt, kappa, accuracy)
    seen = f"one student can keep {_points(gain)} of that, " if apart > 0.005 else ""
    seen += f"its views agree with kappa {kappa:.2f}; together {_points(likely)} are expected of it"
    # An even chance goes to the simpler candidate, unless views that agree say it is none.
    agreed = _agreed(gain, doubt, kappa, accuracy)
    if likely > (0.0 if agreed else patience * likely_se):
        return "cohort", (
            f"from half of the labels the cohort scored {cohort.accuracy:.1%} on the hidden ones, "
            f"{start} {trials[start].accuracy:.1%} ({_points(whole)}); {seen}"
        )
    return start, f"{why}; the cohort would have changed that by {_points(whole)}, {seen}"


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


def _less_luck(accuracy: float, hidden: int) -> float:
    """Down towards the mean of the training draws, the more the fewer rows it was counted on."""
    drawn = (accuracy * hidden + USUAL_ACCURACY * USUAL_ROWS) / (hidden + USUAL_ROWS)
    return min(accuracy, drawn)


def _by_agreement(kappa: float, accuracy: float) -> float:
    return SHARED_BASE + SHARED_SLOPE * (kappa - accuracy)


def _agreed(gain: float, gain_se: float, kappa: float, accuracy: float) -> bool:
    """Whether the views see the same classes, and the hidden labels do not contradict that."""
    pool_says = _by_agreement(kappa, accuracy)
    return kappa >= AGREED_KAPPA and not contradict(gain, gain_se, pool_says, AGREED_DOUBT)


def contradict(one: float, one_se: float, other: float, other_se: float) -> bool:
    """Whether two estimates are too far apart to be of one thing."""
    return bool(abs(one - other) > _SURPRISE * np.hypot(one_se, other_se))


def by_precision(one: float, one_se: float, other: float, other_se: float) -> tuple[float, float]:
    """The mean of two estimates, each weighted by its precision, and its standard error."""
    own, its = 1.0 / one_se**2, 1.0 / other_se**2
    return (one * own + other * its) / (own + its), float((own + its) ** -0.5)


def _points(share: float) -> str:
    return f"{100 * share:+.1f} points"
