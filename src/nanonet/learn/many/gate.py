"""Do no harm with several labels a text: a later candidate must be shown to be better.

Every candidate answers for each labelled text without having seen its labels. What is compared is
the loss at the pool's mix of labels, which no threshold can flatter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats

MANY_PATIENCE = 0.3  # standard errors, as with one label a text


@dataclass(frozen=True)
class ManyTrial:
    """One candidate on the hidden labels.

    loss: nats a text, added over the classes and weighted to the pool's mix; gain: how much less
    than the candidate that stood before it, with the standard error of the paired difference.
    """

    name: str
    loss: float
    gain: float
    gain_se: float


@dataclass(frozen=True)
class ManyGate:
    """What was chosen, why, and each candidate's trial; hidden: labelled texts it rests on."""

    chosen: str
    why: str
    trials: tuple[ManyTrial, ...]
    hidden: int


def row_losses(proba: Floats, flags: Floats) -> NDArray[np.float64]:
    """Nats of each row [n], added over the classes."""
    right = np.where(flags > 0, proba, 1.0 - proba.astype(np.float64))
    return np.asarray(-np.log(np.maximum(right, 1e-9)).sum(axis=1))


def judge_many(tables: dict[str, Floats], flags: Floats, weights: Floats) -> ManyGate:
    """Choose among candidates, simplest first: ``tables`` has their left-out probabilities."""
    share = weights / weights.sum()
    losses = {name: row_losses(table, flags) for name, table in tables.items()}
    names = list(losses)
    chosen, why = names[0], "there is nothing else to try"
    trials = [ManyTrial(chosen, float(share @ losses[chosen]), 0.0, 0.0)]
    for name in names[1:]:
        gain = losses[chosen] - losses[name]
        mean = float(share @ gain)
        error = float(np.sqrt((share**2 * (gain - mean) ** 2).sum()))
        trials.append(ManyTrial(name, float(share @ losses[name]), mean, error))
        said = f"{name} loses {mean:+.3f} nats a text less than {chosen} (± {error:.3f})"
        if mean > MANY_PATIENCE * error:
            chosen, why = name, said
        else:
            why = f"{said}, so {chosen} stands"
    return ManyGate(chosen, why, tuple(trials), len(flags))
