"""How nano and micro are multiplied, and what that is worth.

The soft labels of the pool cannot tell: they lean towards micro, and see a loss where there is a
gain. So the constants are from 82 fits on training draws of six sets, with pools of 250 to 20,000
texts, scored on labelled texts kept out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanonet.decide import fit_temperature
from nanonet.learn import Floats, Learned
from nanonet.pipeline.choose import Chosen, Seen
from nanonet.runtime import EnsembleRule

FADE = 0.2  # estimated accuracy behind micro at which nano counts a third
POOL_FOR_HALF = 1000  # texts from which nano learned that make it count half
GAIN = 0.025  # accuracy over micro's for a weight of one


def nano_weight(loss: float, pool: int) -> float:
    """How much nano counts beside micro: e^(-loss / FADE) * pool / (pool + POOL_FOR_HALF).

    loss: of nano against micro, as estimated on the pool; pool: its texts. A table of n-grams from
    a few hundred texts is far worse than the soft labels believe.
    """
    return float(np.exp(-max(loss, 0.0) / FADE) * pool / (pool + POOL_FOR_HALF))


@dataclass(frozen=True)
class Together:
    """Both students of a fit as one: logits [n, C] of the pool texts all students are compared on,
    their temperature, and the accuracy expected over micro's."""

    rule: EnsembleRule
    logits: Floats
    temperature: float
    gain: float


def multiplied(chosen: Chosen, seen: Seen, learned: Learned) -> Together:
    """Nano and micro, as sure together as they are expected to be right."""
    weight = nano_weight(chosen.nano_loss or 0.0, len(learned.labels))
    rule = EnsembleRule(chosen.nano_temperature, chosen.micro_temperature, weight)
    logits, gain = rule.joined(seen.nano, seen.micro), GAIN * weight
    heat = fit_temperature(logits, seen.goal + gain) if len(logits) else 1.0
    return Together(rule, logits, heat, gain)


def cascaded(together: Together, seen: Seen, threshold: float, sure: Floats) -> Floats:
    """Log-odds [n, C] of a cascade on the same texts: ``sure`` [n] is nano's confidence."""
    passed = (sure < threshold)[:, None]
    nano = seen.nano / together.rule.nano_temperature
    return np.where(passed, together.logits / together.temperature, nano)
