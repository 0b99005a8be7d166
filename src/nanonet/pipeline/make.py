"""Every kind of student, made from what was learned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from nanonet.decide import fit_temperature
from nanonet.encode import Encoder
from nanonet.errors import UserError
from nanonet.export import measure
from nanonet.learn import Floats, Learned, LinearHead, softmax
from nanonet.pipeline.budget import Budget
from nanonet.pipeline.cascade import MOST_PASSED, CascadePlan, plan_cascade
from nanonet.pipeline.choose import LEAN, Chosen, Seen
from nanonet.pipeline.ensemble import Together, cascaded, multiplied
from nanonet.pipeline.forms import EncoderForm, Twins, int8_form, nano_scorer, table_mb, twins
from nanonet.pipeline.inputs import Inputs, Settings
from nanonet.pipeline.material import Prepared
from nanonet.pipeline.small import fit_small, layers_of, reader
from nanonet.progress import Progress
from nanonet.runtime import (
    BothRules,
    CascadeRule,
    Classifier,
    NanoScorer,
    of_both,
)

_COMPARED = 200  # texts on which int8 and float32 are compared
TIMED = 64  # of them, timed


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

    @property
    def seen(self) -> Seen:
        """What the whole students say of pool texts."""
        assert self.chosen.seen is not None
        return self.chosen.seen

    @cached_property
    def together(self) -> Together:
        """Both whole students as one."""
        return multiplied(self.chosen, self.seen, self.learned)

    @cached_property
    def beside(self) -> Made:
        """Micro as it stands beside nano: the whole encoder, cut to what its head reads."""
        _check_onnx(self, "ensemble or cascade")
        head, heat = self.chosen.micro, self.chosen.micro_temperature
        form = int8_form(self.encoder, head)
        return _gated(self, "micro", self.seen.micro, head, form, heat)

    def texts(self, most: int) -> list[str]:
        """Some of the user's own: of the pool, or labelled ones where there is none."""
        rows = self.seen.rows[:most].tolist()
        if not rows:
            return list(self.inputs.labelled.texts[:most])
        return [self.inputs.pool.texts[row] for row in rows]

    def believed(self, logits: Floats, lean: float = LEAN) -> float:
        """Accuracy lost against the whole micro student, by the teacher less its lean to it."""
        if not len(self.seen.rows):
            return 0.0
        teacher, at = self.learned.labels[self.seen.rows], np.arange(len(self.seen.rows))
        ours, theirs = logits.argmax(axis=1), self.seen.micro.argmax(axis=1)
        return float((teacher[at, theirs] - teacher[at, ours]).mean()) - lean


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
    rules: BothRules | None = None


def make(offer: Offer, kind: str, budget: Budget | None = None) -> Made:
    """The student of that kind; a cascade passes no more texts than the budget has time for."""
    if kind == "nano":
        return _nano(offer)
    if kind == "ensemble":
        return _ensemble(offer)
    if kind == "cascade":
        return _cascade(offer, budget)
    _check_onnx(offer, kind)
    seen, chosen = offer.seen, offer.chosen
    layers = layers_of(kind)
    if layers is None:
        form = int8_form(offer.encoder, chosen.micro, cut=False)
        return _gated(offer, kind, seen.micro, chosen.micro, form, chosen.micro_temperature)
    head, logits = _small(offer, layers)
    form = int8_form(offer.encoder, head, layers)
    goal = seen.goal - max(offer.believed(logits), 0.0)
    return _gated(offer, kind, logits, head, form, fit_temperature(logits, goal))


def _check_onnx(offer: Offer, kind: str) -> None:
    if offer.encoder.onnx_path is None:
        raise UserError(
            f"the encoder {offer.encoder.name} cannot be exported to ONNX, so there is no "
            f"{kind} student; ask for --student nano"
        )


def _small(offer: Offer, layers: int) -> tuple[LinearHead, Floats]:
    """A small micro's head, and its logits on the texts that all students are compared on."""
    seen = offer.seen
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
    texts = offer.texts(_COMPARED)
    pair = twins(
        offer.encoder, form, head, offer.inputs.classes, heat, texts, texts[:TIMED], offer.bar
    )
    if pair.float32 is not None and pair.against():
        form = pair.float32
    classifier = Classifier(offer.inputs.classes, form.scorer(), temperature=heat)
    return Made(kind, logits, classifier, heat, form.megabytes, form, pair)


def _nano(offer: Offer) -> Made:
    table, heat = offer.chosen.nano, offer.chosen.nano_temperature
    classifier = Classifier(offer.inputs.classes, _nano_scorer(offer), temperature=heat)
    return Made("nano", offer.seen.nano, classifier, heat, table_mb(table))


def _nano_scorer(offer: Offer) -> NanoScorer:
    return nano_scorer(offer.chosen.nano, offer.prepared.spec)


def _ensemble(offer: Offer) -> Made:
    """Nano and micro, multiplied."""
    micro, together = offer.beside, offer.together
    heat, size = together.temperature, micro.megabytes + table_mb(offer.chosen.nano)
    rules = (together.rule,)
    return replace(
        micro, kind="ensemble", logits=together.logits, temperature=heat, megabytes=size,
        classifier=_classifier(offer, micro, rules, heat), rules=rules,
    )  # fmt: skip


def _cascade(offer: Offer, budget: Budget | None) -> Made:
    """Nano before the ensemble, which gets what nano is not sure of."""
    both, nano, seen = _ensemble(offer), _nano(offer), offer.seen
    most = MOST_PASSED
    if budget is not None:
        clock = measure({"nano": nano.classifier, "both": both.classifier}, offer.texts(32))
        spare = (budget.max_us - clock["nano"].us) / clock["both"].us
        most = float(np.clip(0.9 * spare, 0.0, 1.0))  # texts that nano is unsure of may be longer
    together = offer.together
    sure = softmax(seen.nano / offer.chosen.nano_temperature).max(axis=1)
    plan = plan_cascade(sure, seen.nano, seen.micro, offer.learned.labels[seen.rows], most)
    rules = together.rule, CascadeRule(plan.chosen.threshold, together.temperature)
    logits = cascaded(together, seen, plan.chosen.threshold, sure)
    return replace(
        both, kind="cascade", logits=logits, temperature=1.0, plan=plan,
        classifier=_classifier(offer, both, rules, 1.0), rules=rules,
    )  # fmt: skip


def _classifier(offer: Offer, micro: Made, rules: BothRules, heat: float) -> Classifier:
    """Nano and the encoder of ``micro`` by these rules."""
    assert micro.form is not None
    scorer = of_both(_nano_scorer(offer), micro.form.scorer(), rules)
    return Classifier(offer.inputs.classes, scorer, temperature=heat)
