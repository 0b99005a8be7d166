"""Whether an effort beyond quick is taken, by hidden labels and what it gained elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nanonet.learn import (
    Gate,
    Learned,
    Trial,
    Tried,
    by_precision,
    contradict,
    mix_weights,
    score_trials,
    softmax,
)
from nanonet.pipeline.tuned import Halves

# What a blend gained on training draws with ten labels a class, give or take; with five it lost as
# often as it gained, so nothing is expected there.
BLEND_GAIN = 0.02
BLEND_DOUBT = 0.025
BLEND_LABELS = 8  # of the rarest class


def judge_effort(
    quick: Learned, halves: Halves, y: NDArray[np.int64], ours: str, effort: str
) -> tuple[Gate, Tried | None, str]:
    """The effort's outcome ``ours``, unless quick is expected to do as well.

    ours: 'blend', or 'tuned' where there is no pool on which a teacher could learn the blend. Forty
    labels say little of a gain, so for the blend they are joined with what it gained on training
    draws.
    """
    names = ("quick", "tuned", "blend") if ours == "blend" else ("quick", "tuned")
    tables = {name: softmax(halves.tables[name]) for name in names}
    row, truth = halves.row, y[halves.row]
    weight = mix_weights(y, row, quick.prior)
    tried = Tried(names, tuple(tables.values()), row, truth, weight, 0.0)
    trials = {trial.name: trial for trial in score_trials(tried)}
    before, after = trials["quick"], trials[ours]
    pair = Tried(("quick", ours), (tables["quick"], tables[ours]), row, truth, weight, 0.0)
    paired, hidden = score_trials(pair)[1], len(np.unique(row))
    fewest = int(np.bincount(y).min())
    likely = paired.gain if ours == "tuned" else _expected(paired, hidden, fewest)
    worse = likely <= 0  # an even chance goes to the simpler candidate
    said = (
        f"from half of the labels quick scored {before.accuracy:.1%} on the hidden ones and "
        f"{effort} {after.accuracy:.1%}; {100 * likely:+.1f} points are expected of it, so "
        + (f"{effort} was not taken" if worse else f"{effort} was taken")
    )
    shown = (*quick.gate.trials, *trials.values())
    if worse:
        return replace(quick.gate, trials=shown), quick.tried, said
    why = (
        f"{100 * paired.gain:+.1f} points against quick on hidden labels, give or take "
        f"{100 * paired.gain_se:.1f}; {100 * likely:+.1f} are expected of it"
    )
    return Gate(ours, why, shown, len(truth), hidden), tried, said


def _expected(paired: Trial, hidden: int, labels: int) -> float:
    """What the blend will gain: the hidden labels joined with what blends gained elsewhere.

    hidden: different rows of the trial; labels: of the rarest class. Where the two contradict each
    other, the labels at hand alone are believed.
    """
    doubt = max(paired.gain_se, 0.5 / hidden)
    elsewhere = BLEND_GAIN if labels >= BLEND_LABELS else 0.0
    if contradict(paired.gain, doubt, elsewhere, BLEND_DOUBT):
        return paired.gain
    return by_precision(paired.gain, doubt, elsewhere, BLEND_DOUBT)[0]
