"""The loop: the teacher learns from the labels, the students from it and from one another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nanonet.distil import losses
from nanonet.distil.checkpoint import Checkpoints
from nanonet.distil.cohort import Cohort, Corpus, derive, rows_at
from nanonet.distil.device import Place
from nanonet.distil.history import StepLog, alike, describe, logged
from nanonet.distil.memory import memory
from nanonet.distil.optimiser import make_optimiser, names, set_rates
from nanonet.distil.presets import Preset
from nanonet.distil.step import Given, student_losses, teacher_losses
from nanonet.progress import Progress
from nanonet.progress import describe as tell


@dataclass(frozen=True)
class Material:
    """y: int64 [n_l], classes. targets: float32 [n_u, C]; weights: float32 [n_u]; each or None."""

    labelled: Corpus
    y: NDArray[np.int64]
    pool: Corpus
    targets: NDArray[np.float32] | None = None
    weights: NDArray[np.float32] | None = None


@dataclass
class Run:
    """What happened. stopped: how the run ended early (Ctrl-C, a loss that is no number), or ''."""

    history: list[StepLog] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stopped: str = ""

    @property
    def interrupted(self) -> bool:
        """Whether the run ended early."""
        return bool(self.stopped)


def train(
    cohort: Cohort,
    material: Material,
    preset: Preset,
    seed: int,
    place: Place,
    checkpoints: Checkpoints,
    progress: Progress,
) -> Run:
    """Train ``cohort`` in place; its state at the end is that of the last whole step.

    Ctrl-C ends the run with what there is. A loss that is no finite number ends it with the state
    at which every loss last was one. Raises UserError when memory runs out.
    """
    named = names(cohort)
    optimiser = make_optimiser(named, preset)
    steps = preset.warm_teacher + preset.steps
    run = Run()
    begun, history = checkpoints.load(named, optimiser) or (0, [])
    run.history += history
    keeper, step = Keeper([p for _, p in named]), begun
    progress.start("distilling", steps)
    try:
        with place.own_randomness(), memory(_sizes(preset)):
            progress.advance(begun)
            for step in range(begun + 1, steps + 1):
                log = _step(cohort, material, preset, seed, place, optimiser, keeper, step)
                bad = [name for name, value in log.losses.items() if not np.isfinite(value)]
                if bad:
                    keeper.restore()
                    run.stopped = _not_finite(bad, step)
                    run.notes.append(run.stopped)
                    break
                if logged(step, steps):
                    run.history.append(log)
                    tell(progress, describe(log))
                if checkpoints.due(step, steps) and place.rank == 0:
                    checkpoints.save(step, named, optimiser, run.history)
                progress.advance(1)
    except KeyboardInterrupt:
        keeper.finish()
        run.stopped = f"interrupted at step {step} of {steps}"
    finally:
        progress.finish()
        for member in cohort.members:
            member.module.eval()
    ramp_end = preset.warm_teacher + preset.rho * preset.steps
    note = alike(run.history, ramp_end, len(cohort.students))
    run.notes += [note] if note else []
    return run


class Keeper:
    """The trained values before the last update, so that a bad or half update can be undone."""

    def __init__(self, parameters: list[torch.nn.Parameter]) -> None:
        self.parameters = parameters
        self._kept = [p.detach().clone() for p in parameters]
        self._updating = False

    @contextmanager
    def update(self) -> Iterator[None]:
        """Around an update."""
        with torch.no_grad():
            for kept, parameter in zip(self._kept, self.parameters, strict=True):
                kept.copy_(parameter)
        self._updating = True
        yield
        self._updating = False

    def restore(self) -> None:
        """Back to before the last update."""
        with torch.no_grad():
            for kept, parameter in zip(self._kept, self.parameters, strict=True):
                parameter.copy_(kept)
        self._updating = False

    def finish(self) -> None:
        """Undo an update that was interrupted half way; else nothing."""
        if self._updating:
            self.restore()


def _step(
    cohort: Cohort,
    material: Material,
    preset: Preset,
    seed: int,
    place: Place,
    optimiser: torch.optim.Optimizer,
    keeper: Keeper,
    step: int,
) -> StepLog:
    """One step, 1 the first: losses, gradients, update. No update where a loss is not finite."""
    given = _given(material, preset, seed, place, step)
    torch.manual_seed(given.seed)  # dropout knows no generator; see Place.own_randomness
    warming = step <= preset.warm_teacher
    found: dict[str, Tensor] = {}
    taught, differ = None, 0.0
    optimiser.zero_grad(set_to_none=True)
    with place.autocast():
        if warming or preset.online:
            found, taught = teacher_losses(cohort.teacher, given, preset)
        if not warming and cohort.students:
            more, differ = student_losses(cohort, given, preset, taught)
            found |= more
    values = {name: float(value.detach()) for name, value in found.items()}
    fine = all(np.isfinite(value) for value in values.values())
    if place.all_agree(fine):
        torch.stack([value.float() for value in found.values()]).sum().backward()  # type: ignore[no-untyped-call]
        set_rates(optimiser, preset, step)
        _update(cohort, preset, place, optimiser, keeper, values)
    elif fine:
        values["of another process"] = float("nan")
    size = preset.unlabelled_batch * (_pool_step(material, preset, step) + 1)
    unused = material.targets is None and (warming or not cohort.students)
    seen = 0.0 if unused else min(1.0, size / len(material.pool))
    return StepLog(step, values, differ, seen)


def _update(
    cohort: Cohort,
    preset: Preset,
    place: Place,
    optimiser: torch.optim.Optimizer,
    keeper: Keeper,
    values: dict[str, float],
) -> None:
    for member in cohort.members:
        parameters = [p for _, p in member.parameters_trained()]
        place.average(parameters)
        norm = torch.nn.utils.clip_grad_norm_(parameters, preset.clip or float("inf"))
        if not bool(torch.isfinite(norm)):
            values[f"gradient of {member.name}"] = float(norm)
            return
    with keeper.update():
        optimiser.step()


def _given(material: Material, preset: Preset, seed: int, place: Place, step: int) -> Given:
    rows = rows_at(step - 1, preset.labelled_batch, len(material.labelled), seed, 1)
    at = max(0, _pool_step(material, preset, step))
    many = rows_at(at, preset.unlabelled_batch, len(material.pool), seed, 2)
    rows, many = place.share(rows), place.share(many)
    done = max(0, step - 1 - preset.warm_teacher)
    return Given(
        labelled=material.labelled.batch(rows, place),
        y=torch.from_numpy(material.y[rows]).to(place.device),
        pool=material.pool.batch(many, place),
        targets=_take(material.targets, many, place),
        weights=_take(material.weights, many, place),
        seed=derive(seed, step, place.rank),
        share=done / preset.steps,
        mu=losses.ramp(done, preset.steps, preset.rho),
        burning_in=done < preset.burn_in * preset.steps,
    )


def _pool_step(material: Material, preset: Preset, step: int) -> int:
    """Which pool batch is due, 0 the first: a teacher alone without targets reads none."""
    return step - 1 - (preset.warm_teacher if material.targets is None else 0)


def _take(
    values: NDArray[np.float32] | None, rows: NDArray[np.int64], place: Place
) -> Tensor | None:
    return None if values is None else torch.from_numpy(values[rows]).to(place.device)


def _sizes(preset: Preset) -> str:
    return (
        f"with unlabelled_batch {preset.unlabelled_batch}, labelled_batch "
        f"{preset.labelled_batch or 'all'} and max_tokens {preset.max_tokens}; lower "
        "unlabelled_batch first, then the others"
    )


def _not_finite(names: list[str], step: int) -> str:
    return (
        f"at step {step} the loss '{names[0]}' was not a finite number; the run stopped and kept "
        "the last state in which all losses were, and a smaller learning rate may help"
    )
