"""What a run tells while it goes and afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 1000  # steps logged at most, evenly spread, so that 50,000 steps do not fill the checkpoint
ALIKE = 0.01


@dataclass(frozen=True)
class StepLog:
    """One step. step: 1 is the first. losses: by name, before the update.

    disagreement: share of the pool batch on which two students differ, mean over the pairs; 0 with
    fewer than two. pool_share: how much of the pool has been seen so far, 0 to 1.
    """

    step: int
    losses: dict[str, float]
    disagreement: float
    pool_share: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def logged(step: int, steps: int) -> bool:
    """Whether ``step`` of ``steps`` is kept in the history; the last always is."""
    return step % (-(-steps // KEPT)) == 0 or step == steps


def describe(log: StepLog) -> str:
    """A step in a line: its losses, how much students differ, how much of the pool is used."""
    losses = ", ".join(f"{name} {value:.3f}" for name, value in log.losses.items())
    differ = f"students differ on {log.disagreement:.1%}"
    return f"{losses}; {differ}; {log.pool_share:.0%} of the pool used"


def alike(history: Sequence[StepLog], ramp_end: float, students: int) -> str:
    """A warning where students hardly differ when mutual learning has reached its weight, or ''."""
    before = [log.disagreement for log in history if "mutual" in log.losses]
    upto = [log.disagreement for log in history if "mutual" in log.losses and log.step <= ramp_end]
    if students < 2 or not upto or len(before) == len(upto):
        return ""
    recent = upto[-10:]
    mean = sum(recent) / len(recent)
    if mean >= ALIKE:
        return ""
    return (
        f"the students agree on all but {mean:.1%} of the pool at the end of the ramp, so they "
        "have little to teach one another; give them other layers or views"
    )
