"""The student that was asked for, or the one that a budget leaves, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nanonet.errors import UserError
from nanonet.export import measure
from nanonet.pipeline.budget import Budget, Point, nearest, pick
from nanonet.pipeline.calibrated import Calibrated, tempered
from nanonet.pipeline.choose import LEAN, Chosen, lowered
from nanonet.pipeline.inputs import LEAST_POOL, Settings
from nanonet.pipeline.make import TIMED, Made, Offer, make
from nanonet.pipeline.promised import thresholds_of
from nanonet.pipeline.small import small_layers

_BOTH = "; both together should do better than micro alone, and take no longer"


def settle(offer: Offer) -> Chosen:
    """The student that was asked for, or the best one within the budget, made and gated."""
    settings, chosen = offer.settings, offer.chosen
    if settings.max_us is not None:
        return _within(offer, Budget(settings.max_us, settings.limit_mb))
    if chosen.kind == "nano" or (chosen.kind == "micro" and offer.encoder.onnx_path is None):
        return chosen
    if settings.student == "auto" and _pooled(offer):
        both, limit = make(offer, "ensemble"), settings.limit_mb
        if limit is None or both.megabytes <= limit:
            return _with(offer, both, chosen.why + _BOTH, {}, {})
    made = make(offer, chosen.kind)
    _check_size(made, settings)
    return _with(offer, made, chosen.why, {}, {})


def _check_size(made: Made, settings: Settings) -> None:
    if settings.limit_mb is not None and made.megabytes > settings.limit_mb:
        raise UserError(
            f"the student {made.kind} is {made.megabytes:.1f} MB and --max-mb is "
            f"{settings.limit_mb:g}; raise it, or ask for a smaller --student"
        )


def _within(offer: Offer, budget: Budget) -> Chosen:
    """Make all that may be shipped, time each on the user's texts, and take the best that fits."""
    kinds = _kinds(offer)
    made = {kind: make(offer, kind, budget) for kind in kinds}
    texts = offer.texts(TIMED)
    clock = measure({kind: one.classifier for kind, one in made.items()}, texts)
    points = [
        Point(kind, _precision(one), round(one.megabytes, 2), clock[kind].us, _loss(offer, one))
        for kind, one in made.items()
    ]
    for kind, one in made.items():
        points += _float_points(offer, kind, one)
    found = pick(points, budget)
    if found is None:
        raise UserError(nearest(points, budget))
    one = made[found.kind]
    if found.precision == "float32" and _precision(one) == "int8":
        one = _in_float(one)
    facts = {"budget": budget.to_dict(), "front": [point.to_dict() for point in points]}
    times = {kind: timing.to_dict() for kind, timing in clock.items()}
    return _with(offer, one, found.why, facts, times)


def _kinds(offer: Offer) -> list[str]:
    wanted = offer.settings.student
    if wanted != "auto":
        return [wanted]
    if offer.encoder.onnx_path is None:
        return ["nano"]
    if not _pooled(offer):
        return ["nano", "micro"]
    small = [f"micro-{k}" for k in small_layers(offer.encoder)]
    return ["nano", *small, "micro", "ensemble", "cascade"]


def _pooled(offer: Offer) -> bool:
    return len(offer.inputs.pool.texts) >= LEAST_POOL


def _loss(offer: Offer, made: Made) -> float:
    if made.kind == "micro":
        return 0.0
    if made.kind == "ensemble":
        return -offer.together.gain
    if made.plan is not None:
        point = made.plan.chosen
        return point.loss - LEAN * (1.0 - point.passed)
    return offer.believed(made.logits)


def _precision(made: Made) -> str:
    return made.form.precision if made.form else "int8"


def _float_points(offer: Offer, kind: str, made: Made) -> list[Point]:
    """The float32 form of an encoder student, where it was compared and int8 was taken."""
    pair = made.twins
    if made.rules or pair is None or pair.float32 is None or made.form is pair.float32:
        return []
    worse = max(pair.parity.worse, 0.0) if pair.parity else 0.0
    loss = _loss(offer, made) - worse
    size = round(pair.float32.megabytes, 2)
    return [Point(kind, "float32", size, pair.timings["float32"].us, loss)]


def _in_float(made: Made) -> Made:
    assert made.twins is not None
    form = made.twins.float32
    assert form is not None
    return replace(made, form=form, megabytes=form.megabytes)


def _with(
    offer: Offer, made: Made, why: str, facts: dict[str, Any], times: dict[str, Any]
) -> Chosen:
    """The outcome with ``made`` as its student, and what is told of it."""
    chosen, notes = offer.chosen, ()  # type: Chosen, tuple[str, ...]
    loss = _loss(offer, made)
    told = lowered(chosen.expected, max(loss - _chosen_loss(chosen), 0.0))
    facts = {**facts, "loss_against_micro": loss, "megabytes": made.megabytes}
    if made.twins is not None:
        facts["int8_against_float32"] = made.twins.facts()
        times = {**times, **made.twins.times()}
        notes = made.twins.notes(made.kind, made.form)
    if made.plan is not None:
        facts["cascade"] = made.plan.to_dict()
    calibrated = _calibrated(chosen, made)
    said = calibrated.proba(made.logits)
    rows, seed = offer.seen.rows, offer.settings.seed
    thresholds = thresholds_of(offer.learned, rows, said, seed) if len(said) else {}
    return replace(
        chosen, kind=made.kind, why=why, form=made.form, rules=made.rules, expected=told,
        form_calibrated=calibrated, facts=facts, times=times, notes=notes, thresholds=thresholds,
    )  # fmt: skip


def _calibrated(chosen: Chosen, made: Made) -> Calibrated:
    """Labels speak of nano and the whole micro alone; the others keep their temperature."""
    whole = {"nano": chosen.nano_calibrated, "micro": chosen.micro_calibrated}
    return whole.get(made.kind) or tempered(made.logits, made.temperature)


def _chosen_loss(chosen: Chosen) -> float:
    """What ``chosen.expected`` was lowered by already."""
    return max(chosen.nano_loss or 0.0, 0.0) if chosen.kind == "nano" else 0.0
