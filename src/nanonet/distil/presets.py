"""Named settings of the loop. Figures marked (DC), (PS), (NN) are those of DisCo, PS-NET, NanoNet.

The schedules are fixed: nothing is selected on held-out labels, for there are none to spare.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from nanonet.distil.peft import MODES
from nanonet.distil.reweight import KINDS
from nanonet.distil.views import VIEWS
from nanonet.errors import UserError

SCHEDULES = ("constant", "linear", "noam")
DISTIL_LOSSES = ("kl", "mse")


@dataclass(frozen=True)
class StudentSpec:
    """A student: 'micro' of the teacher's ``layers`` (negative: from the end), or 'nano'."""

    kind: str = "micro"
    layers: tuple[int, ...] = (1, 2)
    view: str = "none"


@dataclass(frozen=True)
class Preset:
    """Settings of one run.

    Teacher: ``teacher_mode`` (see MODES), ``teacher_view``; it trains alone for ``warm_teacher``
    steps, then beside the students where ``online``, else no more. ``head_start`` fits every head
    to the labelled rows before the first step.

    Students: ``student_mode``, ``student_embeddings`` (whether mode 'full' moves the embedding
    tables). Their loss is CE on the labelled rows + ``a`` D(teacher) on the pool (D: ``distil``,
    ``temperature``; counted where the teacher's confidence is at least ``floor``) + ``lam`` times
    the ramp of ``rho`` times the mutual loss + ``hidden``, ``attention`` and ``align`` times these.
    ``centred``: logits lose their row mean before they are compared by squares. ``reweight`` with
    ``r``: weights by loss on the pool, uniform for the share ``burn_in`` of the steps.

    ``labelled_batch`` 0 means all labelled rows. Rates: per group, times the schedule's factor;
    for 'noam' they are bases, not peaks. ``clip``: largest gradient norm per member, 0 for none.
    """

    name: str
    students: tuple[StudentSpec, ...]
    steps: int
    labelled_batch: int
    unlabelled_batch: int
    lam: float
    rho: float
    max_tokens: int = 256
    teacher_mode: str = "bias"
    teacher_view: str = "none"
    online: bool = True
    warm_teacher: int = 0
    head_start: bool = False
    pool_weight: float = 1.0
    student_mode: str = "full"
    student_embeddings: bool = True
    rank: int = 8
    alpha: float = 16.0
    distil: str = "kl"
    temperature: float = 2.0
    a: float = 1.0
    floor: float = 0.0
    hidden: float = 0.0
    attention: float = 0.0
    align: float = 0.0
    centred: bool = True
    reweight: str = "uniform"
    r: float = 0.4
    burn_in: float = 0.05
    lr_teacher: float = 1e-3
    lr_student: float = 3e-4
    lr_head: float = 1e-3
    lr_nano: float = 0.05
    weight_decay: float = 0.01
    clip: float = 1.0
    schedule: str = "linear"
    teacher_schedule: str = "linear"
    warm: float = 0.1

    def __post_init__(self) -> None:
        _check(self)

    def but(self, **changes: Any) -> Preset:
        """The same with some settings changed; UserError for a setting that does not exist."""
        known = {field.name for field in fields(self)}
        wrong = sorted(set(changes) - known)
        if wrong:
            raise UserError(
                f"there is no setting {', '.join(wrong)}; there are {', '.join(sorted(known))}"
            )
        return replace(self, **changes)


def _check(preset: Preset) -> None:
    choices = {
        "teacher_mode": MODES,
        "student_mode": MODES,
        "teacher_view": tuple(VIEWS),
        "distil": DISTIL_LOSSES,
        "reweight": KINDS,
        "schedule": SCHEDULES,
        "teacher_schedule": SCHEDULES,
    }
    wrong = [
        f"{name} is {getattr(preset, name)!r}, it must be one of {', '.join(allowed)}"
        for name, allowed in choices.items()
        if getattr(preset, name) not in allowed
    ]
    for name in ("steps", "unlabelled_batch", "temperature", "r", "rank"):
        if not getattr(preset, name) > 0:
            wrong.append(f"{name} is {getattr(preset, name)!r}, it must be above 0")
    for name in ("labelled_batch", "warm_teacher", "lam", "a", "clip", "warm", "burn_in", "rho"):
        if not getattr(preset, name) >= 0:
            wrong.append(f"{name} is {getattr(preset, name)!r}, it must be at least 0")
    wrong += _check_students(preset.students)
    if not preset.students and not preset.online:
        wrong.append("there are no students and online is False, so nobody would learn")
    if wrong:
        raise UserError(f"preset {preset.name}: " + "; ".join(wrong))


def _check_students(students: tuple[StudentSpec, ...]) -> list[str]:
    wrong = []
    for spec in students:
        if spec.kind not in ("micro", "nano"):
            wrong.append(f"a student's kind is {spec.kind!r}, it must be micro or nano")
        if spec.view not in VIEWS:
            wrong.append(f"a view is {spec.view!r}, it must be one of {', '.join(VIEWS)}")
    if sum(spec.kind == "nano" for spec in students) > 1:
        wrong.append("there are several nano students, there may be one")
    return wrong


def factor(schedule: str, step: int, steps: int, warm: float) -> float:
    """What a rate is multiplied by at ``step`` (1 is the first) of ``steps``.

    'constant' and 'linear' rise over the first ``warm * steps`` steps; 'linear' then falls to 0.
    'noam' is min(t^-0.5, t w^-1.5), whose peak is w^-0.5 at t = w = ``warm * steps``.
    """
    rise = max(1.0, warm * steps)
    step, steps = max(1, step), max(1, steps)
    if schedule == "noam":
        return float(min(step**-0.5, step * rise**-1.5))
    if step <= rise:
        return step / rise
    if schedule == "linear":
        return max(0.0, (steps + 1 - step) / (steps + 1 - min(rise, steps)))
    return 1.0


_NANO = StudentSpec("nano", (), "drop")

NANONET = Preset(
    name="nanonet",  # (NN): biases only, online teacher; the rest is our starting point
    students=(
        StudentSpec("micro", (1, 2), "cutoff"),
        StudentSpec("micro", (-2, -1), "dropout"),
        _NANO,
    ),
    steps=3000,
    labelled_batch=0,
    unlabelled_batch=256,
    lam=0.5,
    rho=0.2,
    teacher_mode="bias",
    student_mode="bias",
    lr_student=1e-3,
)
DISCO = Preset(
    name="disco",
    students=(  # (DC): contiguous blocks, adversarial noise for both
        StudentSpec("micro", (1, 2), "adversarial"),
        StudentSpec("micro", (3, 4), "adversarial"),
    ),
    steps=50_000,  # (DC), as the next four
    labelled_batch=4,
    unlabelled_batch=16,
    lam=1.0,
    rho=0.2,
    teacher_mode="frozen",  # (DC) has no teacher in the loop: it only gives the layers
    online=False,
    head_start=True,
    a=0.0,
    centred=False,
    lr_student=5e-3,  # (DC): a base for noam, whose peak is 5e-5
    lr_head=5e-3,
    schedule="noam",
    warm=0.2,
    clip=0.0,
)
PSNET = Preset(
    name="psnet",
    students=(  # (PS): first and last block, noise by a curriculum
        StudentSpec("micro", (1, 2), "curriculum"),
        StudentSpec("micro", (-2, -1), "curriculum"),
    ),
    steps=50_000,  # (PS), as the next four
    labelled_batch=4,
    unlabelled_batch=16,
    lam=0.1,
    rho=0.1,
    teacher_mode="full",
    distil="mse",
    centred=False,
    hidden=1.0,
    attention=1.0,
    lr_teacher=2e-5,  # (PS): a base for noam
    teacher_schedule="noam",
    lr_student=5e-4,  # (PS): its mutual step's; there promote (3e-4) and feature (7e-4) are apart
    lr_head=5e-4,
    schedule="constant",
    warm=0.2,
)
COHORT = Preset(
    name="cohort",  # ours: minutes on two cores; the teacher learns soft labels of the pool too
    students=(StudentSpec("micro", (1, 2, 3), "cutoff"), _NANO),
    steps=200,
    labelled_batch=8,
    unlabelled_batch=32,
    lam=0.5,
    rho=0.2,
    max_tokens=128,
    teacher_mode="lora",
    teacher_view="drop",
    head_start=True,
    pool_weight=5.0,
    student_embeddings=False,
    lr_head=0.08,
)
PRESETS = {preset.name: preset for preset in (NANONET, DISCO, PSNET, COHORT)}


def find_preset(preset: Preset | str) -> Preset:
    """A preset by name, or the preset itself; UserError lists the names there are."""
    if isinstance(preset, Preset):
        return preset
    if preset not in PRESETS:
        raise UserError(f"the preset is {preset!r}; it must be one of {', '.join(PRESETS)}")
    return PRESETS[preset]
