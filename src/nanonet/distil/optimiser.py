"""One AdamW over the trained parameters of all members, each in the group of its rate."""

from __future__ import annotations

import torch

from nanonet.distil.cohort import Cohort
from nanonet.distil.members import Named
from nanonet.distil.presets import Preset, factor

_DECAYED = 2  # dimensions: biases, norms and offsets are not pulled towards zero


def names(cohort: Cohort) -> Named:
    """Every trained parameter of every member, as ``member/parameter``."""
    return [
        (f"{one.name}/{name}", parameter)
        for one in cohort.members
        for name, parameter in one.parameters_trained()
    ]


def make_optimiser(named: Named, preset: Preset) -> torch.optim.Optimizer:
    """AdamW with a group per (member kind, part, decay); the rate is set at every step."""
    groups: dict[tuple[str, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in named:
        kind = _kind(name)
        decayed = kind != "nano" and parameter.dim() >= _DECAYED
        groups.setdefault((kind, decayed), []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "kind": kind,
                "weight_decay": preset.weight_decay if decayed else 0.0,
            }
            for (kind, decayed), parameters in groups.items()
        ],
        lr=0.0,
    )


def set_rates(optimiser: torch.optim.Optimizer, preset: Preset, step: int) -> None:
    """Set the rates for ``step`` (1 is the first, the teacher's own steps included)."""
    total = preset.warm_teacher + (preset.steps if preset.online else 0)
    own = factor(preset.teacher_schedule, step, total, preset.warm)
    done = max(1, step - preset.warm_teacher)
    students = factor(preset.schedule, done, preset.steps, preset.warm)
    rates = {
        "teacher": preset.lr_teacher * own,
        "teacher head": preset.lr_head * own,
        "student": preset.lr_student * students,
        "student head": preset.lr_head * students,
        "nano": preset.lr_nano * students,
    }
    for group in optimiser.param_groups:
        group["lr"] = rates[group["kind"]]


def _kind(name: str) -> str:
    member, parameter = name.split("/", 1)
    if member == "nano":
        return "nano"
    kind = "teacher" if member == "teacher" else "student"
    return f"{kind} head" if parameter.startswith("head.") else kind
