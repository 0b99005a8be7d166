"""Which student leaves the house where a text may have several labels, and when it says yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.decide import choose_thresholds
from nanonet.learn import Floats, LinearHead
from nanonet.learn.many import ManyLearned, ManyMaterial, Sure, calibrate, student_targets
from nanonet.pipeline.inputs import Settings
from nanonet.progress import Progress
from nanonet.runtime import ManyRule
from nanonet.students import NanoTable, fit_nano_many

Flags = NDArray[np.bool_]
LEAST_POOL_OF_SETS = 200  # pool texts by which students are calibrated; with fewer, the labels
# The soft labels lean towards the encoder, which made them: on training draws nano looked .08 to
# .11 behind where on rows that nobody saw it was level.
LEAN_F1 = 0.08
TOLERATED_F1 = 0.02  # of macro F1 that nano may lose to micro before auto takes micro


@dataclass(frozen=True)
class ManyChosen:
    """Both students, their rules, and the one to keep.

    nano_loss: estimated mean of micro and macro F1 that nano loses against micro; expected: on
    hidden labels, of the candidate that was kept; trials: micro and macro F1 of every candidate.
    """

    kind: str
    why: str
    nano: NanoTable
    nano_rule: ManyRule
    micro: LinearHead
    micro_rule: ManyRule
    nano_loss: float
    expected: dict[str, Any]
    trials: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class _Seen:
    """Rows by which students are set: the pool's with the teacher's soft labels, which rest on
    labels it did not see, or (where the pool is small) the labelled ones. weights: [n]."""

    labels: Floats
    weights: Floats

    def rule(self, scores: Floats) -> tuple[ManyRule, Floats]:
        """Calibration and thresholds of a student with these scores, and its probabilities."""
        sure = calibrate(scores, self.labels, self.weights)
        proba = sure.proba(scores)
        return _rule(sure, choose_thresholds(proba, self.labels, self.weights)), proba


def choose_many(
    learned: ManyLearned,
    material: ManyMaterial,
    settings: Settings,
    micro_fits: bool,
    rng: np.random.Generator,
    progress: Progress,
) -> ManyChosen:
    """Train nano, calibrate both students, and choose by F1 against the teacher's soft labels."""
    progress.start("nano student", 0)
    targets, weights = student_targets(material.flags, learned.labels, learned.mix)
    nano = fit_nano_many(material.grams, targets, weights, settings.max_mb, rng)
    progress.finish()
    n = material.labelled
    pooled = len(learned.labels) >= LEAST_POOL_OF_SETS
    every = np.ones(len(learned.labels), np.float32)
    seen = _Seen(learned.labels, every) if pooled else _Seen(material.flags, learned.mix.weights)
    nano_scores = nano.logits[n:] if pooled else nano.logits[:n]
    heads = learned.head_pool if pooled else learned.head_left_out
    nano_rule, nano_proba = seen.rule(nano_scores)
    micro_rule, micro_proba = seen.rule(heads)
    ours, theirs = (
        _soft_f1(proba >= rule.thresholds, seen.labels)
        for proba, rule in ((nano_proba, nano_rule), (micro_proba, micro_rule))
    )
    loss = theirs - ours - (LEAN_F1 if pooled else 0.0)
    kind, why = _pick(loss, settings.student, micro_fits)
    trials = {name: _f1(table, learned, material) for name, table in learned.tables.items()}
    micro, macro = trials[learned.gate.chosen]
    expected = {
        "micro_f1": micro,
        "macro_f1": macro,
        "how": f"on {n:,} texts whose labels were hidden from it, at the pool's mix of labels"
        + (f", less about {loss:.3f} for nano" if kind == "nano" and loss > 0 else ""),
    }
    return ManyChosen(
        kind, why, nano.table, nano_rule, learned.head, micro_rule, loss, expected, trials
    )


def _f1(table: Floats, learned: ManyLearned, material: ManyMaterial) -> tuple[float, float]:
    """Micro and macro F1 of hidden labels at the pool's mix.

    The thresholds of each half of the texts come from the other half.
    """
    flags, weights = material.flags, learned.mix.weights
    said = np.zeros(flags.shape, bool)
    for side in (0, 1):
        own, other = np.arange(len(flags)) % 2 == side, np.arange(len(flags)) % 2 != side
        found = choose_thresholds(table[other], flags[other], weights[other])
        said[own] = table[own] >= found
    return _weighted_f1(said, flags, weights)


def _weighted_f1(said: Flags, flags: Floats, weights: Floats) -> tuple[float, float]:
    both, given, true = weights @ (said * flags), weights @ said, weights @ flags
    each = 2.0 * both / np.maximum(given + true, 1e-12)
    there = (given + true) > 0
    micro = 2.0 * both.sum() / max(float(given.sum() + true.sum()), 1e-12)
    return float(micro), float(each[there].mean())


def _soft_f1(said: Flags, labels: Floats) -> float:
    """Mean of micro and macro F1 against labels that are only likely."""
    micro, macro = _weighted_f1(said, labels, np.ones(len(labels), np.float32))
    return 0.5 * (micro + macro)


def _pick(loss: float, wanted: str, micro_fits: bool) -> tuple[str, str]:
    said = f"estimated {loss:.3f} of F1 behind micro" if loss > 0 else "as good as micro"
    if wanted != "auto":
        return wanted, f"as asked (nano is {said})"
    if not micro_fits:
        return "nano", f"micro cannot be made or is larger than allowed ({said})"
    if loss > TOLERATED_F1:
        return "micro", f"nano is {said}, more than the {TOLERATED_F1:g} allowed"
    return "nano", f"{said}, within the {TOLERATED_F1:g} allowed"


def _rule(sure: Sure, thresholds: Floats) -> ManyRule:
    scale = np.full(len(sure.shift), sure.scale, np.float32)
    return ManyRule(scale, np.asarray(sure.shift, np.float32), thresholds)
