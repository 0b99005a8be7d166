"""How nano and micro are multiplied, and what that is worth.

The soft labels of the pool cannot tell: they lean towards micro, and see a loss where there is a
gain. So these are from 25 fits on training draws of six sets, with labels of texts kept out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanonet.decide import fit_temperature
from nanonet.learn import Floats, Learned
from nanonet.pipeline.choose import Chosen, Seen
from nanonet.runtime import EnsembleRule


@dataclass(frozen=True)
class Worth:
    """weight: of nano beside micro; errors: share of micro's errors that are left; gain: accuracy
    that is expected over micro's."""

    weight: float
    errors: float
    gain: float


# Where the views taught one another nano is as good as micro; of a start it learned second-hand,
# and of a tuned encoder it knows little of its own.
AFTER_COHORT = Worth(1.0, 0.9, 0.015)
AFTER_START = Worth(0.5, 0.96, 0.005)
TUNED = Worth(0.25, 0.98, 0.005)


def worth_of(learned: Learned) -> Worth:
    """That of what stood at the gate."""
    if learned.logits is not None:
        return TUNED
    return AFTER_COHORT if learned.gate.chosen == "cohort" else AFTER_START


@dataclass(frozen=True)
class Together:
    """logits: [n, C] of the pool texts all students are compared on; temperature: theirs."""

    rule: EnsembleRule
    logits: Floats
    temperature: float


def multiplied(chosen: Chosen, seen: Seen, learned: Learned) -> Together:
    """Both students of a fit as one."""
    worth = worth_of(learned)
    rule = EnsembleRule(chosen.nano_temperature, chosen.micro_temperature, worth.weight)
    logits = rule.joined(seen.nano, seen.micro)
    goal = 1.0 - (1.0 - seen.goal) * worth.errors
    return Together(rule, logits, fit_temperature(logits, goal) if len(logits) else 1.0)


def cascaded(together: Together, seen: Seen, threshold: float, sure: Floats) -> Floats:
    """Log-odds [n, C] of a cascade on the same texts: ``sure`` [n] is nano's confidence."""
    passed = (sure < threshold)[:, None]
    nano = seen.nano / together.rule.nano_temperature
    return np.where(passed, together.logits / together.temperature, nano)
