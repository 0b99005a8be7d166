"""What each effort does beyond the quick one, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanonet.learn import Learned
    from nanonet.pipeline.inputs import Inputs

MANY_CLASSES = 32
LEAST_POOL = 50  # texts: with fewer there is no pool to learn from
LEAST_LABELS = 4  # of each class: two to tune on and two to hide


@dataclass(frozen=True)
class Plan:
    """Settings of one effort.

    steps, steps_many: of the warm-up, with few and with many classes; trials: how many times half
    of the labels are hidden to judge it; rounds: how often a teacher learns the pool's soft labels;
    tokens: about how many a round reads; cohort_tokens: the same for the one round in which the
    cohort's word is learned, and ``cohort_epochs`` how often it may go through the pool for that;
    sure: mean confidence the soft labels are set to.
    students: whether small students learn beside the teacher in the last round; the half-size one
    is kept in its stead where that is estimated to cost no more than a point.
    """

    name: str
    steps: int = 40
    steps_many: int = 120
    trials: int = 2
    rounds: int = 2
    tokens: int = 100_000
    cohort_tokens: int = 600_000
    cohort_epochs: int = 2
    least_steps: int = 40
    most_steps: int = 600
    labelled_batch: int = 8
    unlabelled_batch: int = 32
    sure: float = 0.85
    max_tokens: int = 128
    students: bool = False


EFFORTS = {
    "quick": None,
    "normal": Plan("normal"),
    "best": Plan(
        "best",
        steps=60,
        steps_many=240,
        trials=4,
        rounds=3,
        tokens=400_000,
        students=True,
        cohort_tokens=1_200_000,
    ),
}


def for_cohort(plan: Plan, pool: int) -> Plan:
    """One long round: where the cohort is mostly right, thousands of its texts are worth reading.

    pool: its number of texts.
    """
    most = max(plan.cohort_epochs * pool // plan.unlabelled_batch, plan.least_steps)
    return replace(plan, rounds=1, tokens=plan.cohort_tokens, most_steps=most, students=False)


def agreed(quick: Learned) -> bool:
    """Whether the cohort was kept, and its views agreed from the first round on."""
    from nanonet.learn import AGREED_KAPPA

    if not quick.rounds or quick.gate.chosen != "cohort":
        return False
    return quick.rounds[0].agreement >= AGREED_KAPPA


def spared(inputs: Inputs, quick: Learned) -> str:
    """Why efforts beyond quick can do nothing after this ``quick`` fit, or ''."""
    if agreed(quick) and len(inputs.pool.texts) >= LEAST_POOL:
        return ""
    labels = inputs.labelled.labels
    few = min(inputs.classes, key=labels.count)
    if labels and labels.count(few) < LEAST_LABELS:
        return (
            f"the class {few!r} has {labels.count(few)} of the {LEAST_LABELS} labelled texts that "
            "it takes, two to tune the encoder on and two to hide"
        )
    return ""
