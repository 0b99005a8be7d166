"""What each effort does beyond the quick one, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
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
    tokens: about how many a round reads; sure: mean confidence the soft labels are set to.
    students: whether small students learn beside the teacher in the last round; the half-size one
    is kept in its stead where that is estimated to cost no more than a point.
    """

    name: str
    steps: int = 40
    steps_many: int = 120
    trials: int = 2
    rounds: int = 2
    tokens: int = 100_000
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
        "best", steps=60, steps_many=240, trials=4, rounds=3, tokens=400_000, students=True
    ),
}


def spared(inputs: Inputs, quick: Learned) -> str:
    """Why efforts beyond quick can do nothing after this ``quick`` fit, or ''."""
    from nanonet.learn import AGREED_KAPPA

    agreed = quick.rounds[0].agreement if quick.rounds else 1.0
    if quick.gate.chosen == "cohort" and agreed >= AGREED_KAPPA:
        return (
            "the two views already agree on what the pool says, and a tuned encoder only forgets it"
        )
    labels = inputs.labelled.labels
    few = min(inputs.classes, key=labels.count)
    if labels and labels.count(few) < LEAST_LABELS:
        return (
            f"the class {few!r} has {labels.count(few)} of the {LEAST_LABELS} labelled texts that "
            "it takes, two to tune the encoder on and two to hide"
        )
    return ""
