"""Students beyond nano and micro: small micros, cascades, and the one that a budget leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nanonet.decide import fit_temperature
from nanonet.encode import Encoder
from nanonet.errors import UserError
from nanonet.export import measure
from nanonet.learn import Floats, Learned, LinearHead, softmax
from nanonet.pipeline.budget import Budget, Point, nearest, pick
from nanonet.pipeline.calibrated import Calibrated, tempered
from nanonet.pipeline.cascade import MOST_PASSED, CascadePlan, plan_cascade
from nanonet.pipeline.choose import LEAN, Chosen, Seen, lowered
from nanonet.pipeline.forms import EncoderForm, Twins, int8_form, nano_scorer, table_mb, twins
from nanonet.pipeline.inputs import LEAST_POOL, Inputs, Settings
from nanonet.pipeline.material import Prepared
from nanonet.pipeline.promised import thresholds_of
from nanonet.pipeline.small import fit_small, layers_of, reader, small_layers
from nanonet.progress import Progress
from nanonet.runtime import CascadeRule, CascadeScorer, Classifier, NanoScorer

_COMPARED = 200  # texts on which int8 and float32 are compared
_TIMED = 64  # of them, timed


@dataclass(frozen=True)
class Offer:
    """Everything needed to make one student after another from what was learned."""

    chosen: Chosen
    learned: Learned
    prepared: Prepared
    inputs: Inputs
    settings: Settings
    encoder: Encoder
    tuned: bool
    bar: Progress


@dataclass(frozen=True)
class Made:
    """One student: what it says of the pool texts, its classifier and what it ships."""

    kind: str
    logits: Floats
    classifier: Classifier
    temperature: float
    megabytes: float
    form: EncoderForm | None = None
    twins: Twins | None = None
    plan: CascadePlan | None = None
    rule: CascadeRule | None = None


def settle(offer: Offer) -> Chosen:
    """The student that was asked for, or the best one within the budget, made and gated."""
    settings, chosen = offer.settings, offer.chosen
    if settings.max_us is not None:
        return _within(offer, Budget(settings.max_us, settings.limit_mb))
    if chosen.kind == "nano" or (chosen.kind == "micro" and offer.encoder.onnx_path is None):
        return chosen
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
    texts = _texts(offer, _TIMED)
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
    wanted, pool = offer.settings.student, len(offer.inputs.pool.texts)
    if wanted != "auto":
        return [wanted]
    if offer.encoder.onnx_path is None:
        return ["nano"]
    if pool < LEAST_POOL:
        return ["nano", "micro"]
    small = [f"micro-{k}" for k in small_layers(offer.encoder)]
    return ["nano", *small, "micro", "cascade"]


def make(offer: Offer, kind: str, budget: Budget | None = None) -> Made:
    if kind == "nano":
        return _nano(offer)
    if kind == "cascade":
        return _cascade(offer, budget)
    _check_onnx(offer, kind)
    seen, chosen = _seen(offer), offer.chosen
    layers = layers_of(kind)
    if layers is None:
        form = int8_form(offer.encoder, chosen.micro, cut=False)
        return _gated(offer, kind, seen.micro, chosen.micro, form, chosen.micro_temperature)
    head, logits = _small(offer, layers)
    form = int8_form(offer.encoder, head, layers)
    goal = seen.goal - max(_believed(offer, logits), 0.0)
    return _gated(offer, kind, logits, head, form, fit_temperature(logits, goal))


def _check_onnx(offer: Offer, kind: str) -> None:
    if offer.encoder.onnx_path is None:
        raise UserError(
            f"the encoder {offer.encoder.name} cannot be exported to ONNX, so there is no "
            f"{kind} student; ask for --student nano"
        )


def _small(offer: Offer, layers: int) -> tuple[LinearHead, Floats]:
    """A small micro's head, and its logits on the texts that all students are compared on."""
    seen = _seen(offer)
    offer.bar.start(f"micro student of {layers} layer{'s' if layers > 1 else ''}", 0)
    try:
        read = reader(
            offer.inputs, offer.prepared, offer.encoder, offer.tuned, offer.settings.cache_dir,
            seen.more, offer.bar,
        )  # fmt: skip
        y = offer.prepared.material.y
        fitted = fit_small(layers, offer.learned, y, read, offer.encoder.readouts, seen.more)
    finally:
        offer.bar.finish()
    return fitted.head, fitted.logits[np.searchsorted(seen.more, seen.rows)]


def _gated(
    offer: Offer, kind: str, logits: Floats, head: LinearHead, form: EncoderForm, heat: float
) -> Made:
    """int8 unless it changes too many answers; then float32."""
    texts = _texts(offer, _COMPARED)
    pair = twins(
        offer.encoder, form, head, offer.inputs.classes, heat, texts, texts[:_TIMED], offer.bar
    )
    if pair.float32 is not None and pair.against():
        form = pair.float32
    classifier = Classifier(offer.inputs.classes, form.scorer(), temperature=heat)
    return Made(kind, logits, classifier, heat, form.megabytes, form, pair)


def _nano(offer: Offer) -> Made:
    table, heat = offer.chosen.nano, offer.chosen.nano_temperature
    classifier = Classifier(offer.inputs.classes, _nano_scorer(offer), temperature=heat)
    return Made("nano", _seen(offer).nano, classifier, heat, table_mb(table))


def _nano_scorer(offer: Offer) -> NanoScorer:
    return nano_scorer(offer.chosen.nano, offer.prepared.spec)


def _cascade(offer: Offer, budget: Budget | None) -> Made:
    """Nano before the whole encoder, cut to what its head reads."""
    _check_onnx(offer, "cascade")
    chosen, seen = offer.chosen, _seen(offer)
    form = int8_form(offer.encoder, chosen.micro)
    second = _gated(offer, "cascade", seen.micro, chosen.micro, form, chosen.micro_temperature)
    nano = _nano(offer)
    most = MOST_PASSED
    if budget is not None:
        clock = measure({"nano": nano.classifier, "micro": second.classifier}, _texts(offer, 32))
        spare = (budget.max_us - clock["nano"].us) / clock["micro"].us
        most = float(np.clip(0.9 * spare, 0.0, 1.0))  # texts that nano is unsure of may be longer
    sure = softmax(seen.nano / chosen.nano_temperature).max(axis=1)
    plan = plan_cascade(sure, seen.nano, seen.micro, offer.learned.labels[seen.rows], most)
    rule = CascadeRule(plan.chosen.threshold, chosen.nano_temperature, chosen.micro_temperature)
    heats = rule.micro_temperature, rule.nano_temperature
    passed = (sure < rule.threshold)[:, None]
    logits = np.where(passed, seen.micro / heats[0], seen.nano / heats[1])
    assert second.form is not None
    scorer = CascadeScorer(_nano_scorer(offer), second.form.scorer(), rule)
    classifier = Classifier(offer.inputs.classes, scorer)
    size = nano.megabytes + second.megabytes
    return Made("cascade", logits, classifier, 1.0, size, second.form, second.twins, plan, rule)


def _seen(offer: Offer) -> Seen:
    assert offer.chosen.seen is not None
    return offer.chosen.seen


def _texts(offer: Offer, most: int) -> list[str]:
    """Some of the user's own: of the pool, or labelled ones where there is none."""
    rows = _seen(offer).rows[:most].tolist()
    if not rows:
        return list(offer.inputs.labelled.texts[:most])
    return [offer.inputs.pool.texts[row] for row in rows]


def _believed(offer: Offer, logits: Floats, lean: float = LEAN) -> float:
    """Accuracy lost against the whole micro student, by the teacher less its lean towards it."""
    seen = _seen(offer)
    if not len(seen.rows):
        return 0.0
    teacher, at = offer.learned.labels[seen.rows], np.arange(len(seen.rows))
    ours, theirs = logits.argmax(axis=1), seen.micro.argmax(axis=1)
    return float((teacher[at, theirs] - teacher[at, ours]).mean()) - lean


def _loss(offer: Offer, made: Made) -> float:
    if made.kind == "micro":
        return 0.0
    if made.plan is None:
        return _believed(offer, made.logits)
    return _believed(offer, made.logits, LEAN * (1.0 - made.plan.chosen.passed))


def _precision(made: Made) -> str:
    return made.form.precision if made.form else "int8"


def _float_points(offer: Offer, kind: str, made: Made) -> list[Point]:
    """The float32 form of an encoder student, where it was compared and int8 was taken."""
    pair = made.twins
    if kind == "cascade" or pair is None or pair.float32 is None or made.form is pair.float32:
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
    rows, seed = _seen(offer).rows, offer.settings.seed
    thresholds = thresholds_of(offer.learned, rows, said, seed) if len(said) else {}
    return replace(
        chosen, kind=made.kind, why=why, form=made.form, rule=made.rule, expected=told,
        form_calibrated=calibrated, facts=facts, times=times, notes=notes, thresholds=thresholds,
    )  # fmt: skip


def _calibrated(chosen: Chosen, made: Made) -> Calibrated:
    """Labels speak of nano and the whole micro alone; the others keep their temperature."""
    whole = {"nano": chosen.nano_calibrated, "micro": chosen.micro_calibrated}
    return whole.get(made.kind) or tempered(made.logits, made.temperature)


def _chosen_loss(chosen: Chosen) -> float:
    """What ``chosen.expected`` was lowered by already."""
    return max(chosen.nano_loss or 0.0, 0.0) if chosen.kind == "nano" else 0.0
