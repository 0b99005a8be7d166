"""The probabilities of the students: one temperature by the pool, and what labels add to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nanonet.decide import fit_temperature, foreign_knots
from nanonet.learn import Floats, Learned
from nanonet.pipeline.scaling import Held, Scaling, choose_scaling, heat_of_labels
from nanonet.pipeline.shape import shape_by_teacher
from nanonet.runtime import Calibration, Scope

_MOST_WEIGHT = 10.0
_LINEAR = ("labels", "readouts")  # candidates whose answers to hidden labels are those of a head


@dataclass(frozen=True)
class Calibrated:
    """How a student's logits become probabilities, the log-loss on held-back labels by which that
    was chosen ({} where nothing was compared), how foreign a text is, and the answers to labels
    that were held back, where there are any."""

    calibration: Calibration
    facts: dict[str, Any]
    scope: Scope | None = None
    held: Held | None = field(default=None, repr=False)

    def proba(self, logits: Floats) -> Floats:
        """Probabilities [n, C]."""
        return self.calibration.proba(logits)


@dataclass(frozen=True)
class Said:
    """What a student says of pool texts it did not learn from: logits [n, C], the accuracy that is
    expected of it, and its teacher's soft labels [n, C], where they may give the shape."""

    logits: Floats
    goal: float
    teacher: Floats | None = None


def calibrate(said: Said, held: Held | None, rng: np.random.Generator) -> Calibrated:
    """Calibrate a student by texts, and labels if there are any, that it did not learn from.

    The mean confidence on the pool is set to the accuracy that is expected; the teacher's soft
    labels may bend that, and many labels ``held`` back may put another calibration in its place.
    Without a pool the labels alone give the temperature.
    """
    pool = said.logits
    heat = fit_temperature(pool, said.goal)
    if not len(pool) and held is not None and len(held):
        heat = heat_of_labels(held)
    shape = _shape(said, heat)
    if held is None:
        chosen = Scaling(knots=shape)
    else:
        chosen = choose_scaling(held, heat, rng, shape)
    made = Calibration(heat, chosen.weights, chosen.biases, chosen.knots)
    facts = {"labels": chosen.labels, "log_loss": dict(chosen.losses)} if chosen.losses else {}
    typical = pool if len(pool) or held is None else held.logits
    return Calibrated(_with_mix(made, pool, held), facts, _scope(typical), held)


def _shape(said: Said, heat: float) -> tuple[tuple[float, float], ...]:
    if said.teacher is None or not len(said.logits):
        return ()
    proba = Calibration(heat).proba(said.logits)
    top = proba.argmax(axis=1)
    worth = said.teacher[np.arange(len(top)), top]
    return shape_by_teacher(proba.max(axis=1), worth, said.goal)


def tempered(pool: Floats, temperature: float) -> Calibrated:
    """A temperature and nothing else, for logits [n, C] of pool texts."""
    return Calibrated(_with_mix(Calibration(temperature), pool, None), {}, _scope(pool))


def _scope(typical: Any) -> Scope | None:
    knots = foreign_knots(typical)
    return Scope(knots) if len(knots) > 1 else None


def _with_mix(made: Calibration, pool: Floats, held: Held | None) -> Calibration:
    """With the class shares its probabilities hold, on the pool or else on the labels."""
    if len(pool):
        mix = made.proba(pool).mean(axis=0, dtype=np.float64)
    elif held is not None and len(held):
        mix = np.average(made.proba(np.asarray(held.logits, np.float32)), 0, held.weight)
    else:
        return made
    return Calibration(made.temperature, made.weights, made.biases, made.knots, tuple(mix.tolist()))


def calibration_fact(made: Calibrated) -> dict[str, Any] | None:
    """The line of the report on what was compared; None where labels were too few to compare."""
    if not made.facts:
        return None
    told = ", ".join(f"{kind} {loss:.3f}" for kind, loss in made.facts["log_loss"].items())
    return {
        "value": made.calibration.kind,
        "why": f"log-loss of {told} on {made.facts['labels']} labels held back; the temperature "
        "stays unless another is better by two standard errors",
        **made.facts,
    }


def held_by_nano(own: Floats, y: Any, prior: Floats) -> Held:
    """Answers to the labelled rows by tables that did not learn from them, weighted to the pool's
    class mix ``prior`` [C]."""
    share = np.bincount(y, minlength=len(prior)) / max(len(y), 1)
    weight = np.clip(prior[y] / share[y], 1.0 / _MOST_WEIGHT, _MOST_WEIGHT)
    return Held(own, y, np.asarray(weight / max(weight.mean(), 1e-9), np.float32))


def held_by_micro(learned: Learned) -> Held | None:
    """The gate's answers to hidden labels, each label once, where a head on the readouts gave them.

    The cohort's answers to hidden labels are those of two views, which no micro student gives; and
    those of a tuned encoder are not kept.
    """
    tried, name = learned.tried, learned.gate.chosen
    if tried is None or name not in _LINEAR or learned.logits is not None:
        return None
    _, first = np.unique(tried.row, return_index=True)
    table = tried.probabilities[tried.names.index(name)][first]
    weight = tried.weight[first] / tried.weight[first].mean()
    return Held(np.log(np.maximum(table, 1e-38)), tried.y[first], weight)
