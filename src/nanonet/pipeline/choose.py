"""Which student leaves the house, and how sure each may say it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nanonet.decide import Expected, believed_accuracy, believed_errors, expect
from nanonet.learn import (
    CANDIDATES,
    Floats,
    Learned,
    LinearHead,
    Material,
    at_confidence,
    softmax,
)
from nanonet.pipeline.calibrated import (
    Calibrated,
    Said,
    calibrate,
    held_by_micro,
    held_by_nano,
)
from nanonet.pipeline.inputs import Settings
from nanonet.pipeline.material import Prepared
from nanonet.pipeline.promised import thresholds_of
from nanonet.pipeline.scaling import Held
from nanonet.progress import Progress
from nanonet.students import NanoFit, NanoTable, fit_nano

if TYPE_CHECKING:
    from nanonet.pipeline.forms import EncoderForm
    from nanonet.runtime import BothRules

TOLERATED = 0.01  # nano may lose a point of accuracy to micro before auto takes micro
# The teacher leans towards the encoder view, where its neighbour graph lives, and micro has seen
# the texts: with students that were equally good (AG News, DBpedia, SMS spam) it put micro 0.01 to
# 0.02 ahead. Left in, nano would never be kept.
LEAN = 0.02
_SAMPLE = 4000
LESSON = 0.8  # mean confidence of a start's soft labels, at most, where nano learns them


@dataclass(frozen=True)
class Seen:
    """What the students say of pool texts, for further choices among them.

    rows: [n] pool rows, ascending; more: those and others; nano: [n, C] logits by tables that did
    not learn from the text; micro: [n, C]; goal: accuracy that micro's mean confidence is set to.
    """

    rows: NDArray[np.int64]
    more: NDArray[np.int64]
    nano: Floats
    micro: Floats
    goal: float


@dataclass(frozen=True)
class Chosen:
    """Both students, their calibrations, and the one to keep.

    nano_loss: estimated accuracy that nano loses against micro (may be below zero), None without
    a pool; expected: of the student kept. form: the encoder that is shipped where it is not the
    whole one with int8 weights; rules: those of an ensemble and of a cascade; facts: what was
    measured on the way, for the report; times: the same for what a clock said, which no two runs
    say alike. thresholds: what may be promised of the student kept, classes by their numbers.
    """

    kind: str
    why: str
    nano: NanoTable
    nano_calibrated: Calibrated
    micro: LinearHead
    micro_calibrated: Calibrated
    nano_loss: float | None
    expected: Expected
    seen: Seen | None = None
    form: EncoderForm | None = None
    form_calibrated: Calibrated | None = None
    rules: BothRules | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    times: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    thresholds: dict[str, Any] = field(default_factory=dict)

    @property
    def nano_temperature(self) -> float:
        """That of nano's calibration."""
        return self.nano_calibrated.calibration.temperature

    @property
    def micro_temperature(self) -> float:
        """That of micro's calibration."""
        return self.micro_calibrated.calibration.temperature

    @property
    def calibrated(self) -> Calibrated:
        """That of the student kept."""
        whole = self.nano_calibrated if self.kind == "nano" else self.micro_calibrated
        return self.form_calibrated or whole


def choose_student(
    learned: Learned,
    prepared: Prepared,
    settings: Settings,
    micro_fits: bool,
    rng: np.random.Generator,
    progress: Progress,
) -> Chosen:
    """Train nano, compare it with micro on pool texts, and choose.

    The loss of nano is ``mean T(micro's answer) - mean T(nano's answer) - LEAN`` with T the
    teacher's soft labels: over thousands of texts that is far steadier than the few labels.
    """
    material = prepared.material
    progress.start("nano student", 0)
    nano = fit_nano(material.grams, material.y, lesson(learned, material), settings.max_mb, rng)
    progress.finish()
    teacher = learned.labels
    mixed = rng.permutation(len(teacher))
    rows, more = np.sort(mixed[:_SAMPLE]), np.sort(mixed[: 2 * _SAMPLE])
    if learned.logits is None:
        heads = learned.head.logits(material, material.pool_rows[rows])
    else:
        heads = learned.logits[rows]
    loss = None
    if len(rows):
        at = np.arange(len(rows))
        believed = teacher[rows]
        ours = believed[at, nano.logits[rows].argmax(axis=1)]
        theirs = believed[at, heads.argmax(axis=1)]
        loss = float(theirs.mean() - ours.mean()) - LEAN
    kind, why = _pick(loss, settings.student, micro_fits)
    expected, goals = _expected(learned, nano.logits[rows], heads, max(loss or 0.0, 0.0))
    kept = lowered(expected, max(loss or 0.0, 0.0)) if kind == "nano" else expected
    soft = at_confidence(np.log(teacher[rows] + 1e-9), goals[0]) if len(rows) else None
    taught = None if soft is None else softmax(soft)
    said = Said(nano.logits[rows], goals[1], taught)
    table = calibrate(said, _held(nano, learned, prepared), rng)
    head = calibrate(Said(heads, goals[0]), held_by_micro(learned), rng)
    proba = table.proba(nano.logits[rows]) if kind == "nano" else head.proba(heads)
    return Chosen(
        kind,
        why,
        nano.table,
        table,
        learned.head,
        head,
        loss,
        kept,
        Seen(rows, more, nano.logits[rows], heads, goals[0]),
        thresholds=thresholds_of(learned, rows, proba, settings.seed) if len(rows) else {},
    )


def lesson(learned: Learned, material: Material) -> Floats:
    """The soft labels [pool, C] that nano learns.

    A start from a few labels says .9 where it is right in .75, and beside class names nearly 1;
    which of its answers are the better ones cannot be seen in that any more. The cohort and a tuned
    teacher have measured their words by the pool.
    """
    labels = learned.labels
    if learned.gate.chosen not in ("labels", "readouts") or not len(labels):
        return labels
    if float(labels.max(axis=1).mean()) <= LESSON:
        return labels
    if learned.voted is not None:  # the head alone does not know what was voted on the very texts
        return softmax(at_confidence(np.log(labels + 1e-9), LESSON))
    return softmax(at_confidence(learned.head.logits(material, material.pool_rows), LESSON))


def _held(nano: NanoFit, learned: Learned, prepared: Prepared) -> Held | None:
    """Answers to labelled rows by tables that did not learn from them, where labels outnumber the
    pool: the pool's soft labels come from all labels, and a table that learned those has half seen
    them (BANKING77: .86 right on such rows, .80 in truth)."""
    if nano.own is None or not len(nano.own) or len(nano.own) < len(learned.labels):
        return None
    return held_by_nano(nano.own, prepared.material.y, learned.prior)


def _expected(
    learned: Learned, nano: Floats, micro: Floats, loss: float
) -> tuple[Expected, tuple[float, float]]:
    """What to tell, and the accuracies (micro's, nano's) that mean confidences are set to.

    nano, micro: logits [n, C] on the same pool texts; loss: of nano, as the teacher sees it.
    """
    labels, name = learned.labels, learned.gate.chosen
    confidence = float(labels.max(axis=1).mean()) if len(labels) else 0.5
    trial, n = learned.gate.trial(name), learned.gate.hidden
    if trial is None:
        return expect(None, confidence, 0), (confidence, confidence - loss)
    told = expect(trial.accuracy, confidence, n)
    if name not in CANDIDATES or not len(micro):  # of tuned encoders no such ratio was measured
        goal = believed_accuracy(trial.accuracy, trial.accuracy_se, confidence, n)
        return told, (goal, goal - loss)
    disagreed = float((nano.argmax(axis=1) != micro.argmax(axis=1)).mean())
    errors = believed_errors(
        trial.accuracy, trial.accuracy_se, n, disagreed, together=name == "cohort"
    )
    return told, (1.0 - errors[0], 1.0 - errors[1])


def lowered(expected: Expected, by: float) -> Expected:
    """The same, less an accuracy that a student is estimated to lose."""
    if expected.high - expected.low >= 1.0:  # unknown stays unknown
        return Expected(max(0.0, expected.accuracy - by), 0.0, 1.0, expected.how)
    return Expected(
        max(0.0, expected.accuracy - by),
        max(0.0, expected.low - by),
        max(0.0, expected.high - by),
        expected.how,
    )


def _pick(loss: float | None, wanted: str, micro_fits: bool) -> tuple[str, str]:
    if loss is None:
        said = "there is no pool to compare it with micro on"
    else:
        points = 100 * loss
        said = f"estimated {points:.1f} points behind micro" if loss > 0 else "as good as micro"
    if wanted != "auto":
        return wanted, f"as asked (nano is {said})" if loss is not None else f"as asked ({said})"
    if not micro_fits:
        return "nano", f"micro cannot be made or is larger than allowed ({said})"
    if loss is None:
        return "micro", f"{said}, and a few labels alone teach an n-gram table little"
    if loss > TOLERATED:
        return "micro", f"nano is {said}, more than the one point allowed"
    return "nano", f"{said}, within the one point allowed"
