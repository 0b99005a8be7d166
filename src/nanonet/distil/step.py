"""The losses of one step, by name. Which loss teaches whom is in the room's documentation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from nanonet.distil import losses
from nanonet.distil.batch import Batch
from nanonet.distil.cohort import Cohort, derive
from nanonet.distil.members import Member, MicroStudent, Teacher
from nanonet.distil.presets import Preset
from nanonet.distil.reader import Output
from nanonet.distil.reweight import combine, loss_weights, weighted_mean
from nanonet.distil.views import View, adversarial, find_view, set_dropout, thin_bags


@dataclass(frozen=True)
class Given:
    """The material of one step. y: [B_l]; targets: float32 [B_u, C] or None; weights: [B_u].

    share: how much of the training is over, 0 to 1; mu: the ramp; burning_in: uniform weights.
    """

    labelled: Batch
    y: Tensor
    pool: Batch
    targets: Tensor | None
    weights: Tensor | None
    seed: int
    share: float
    mu: float
    burning_in: bool


def teacher_losses(
    teacher: Teacher, given: Given, preset: Preset
) -> tuple[dict[str, Tensor], Output | None]:
    """Cross-entropy on the labelled rows and, where there are targets, on the pool.

    Also its output on the pool where that is what students may learn from (no view changed it).
    """
    view = find_view(preset.teacher_view)
    set_dropout(teacher.module, view.dropout)
    draw = _generator(given.seed, 1)
    z = _forward(teacher, given.labelled, view, draw, given.share, given.y).logits
    found = {"teacher": losses.cross_entropy(z, given.y).mean()}
    if given.targets is None or preset.pool_weight == 0:
        return found, None
    wanted = bool(preset.attention)
    out = _forward(teacher, given.pool, view, draw, given.share, None, wanted)
    each = losses.cross_entropy(out.logits, given.targets)
    found["teacher pool"] = preset.pool_weight * _weigh(each, given.weights, given, preset)
    plain = preset.teacher_view == "none"
    return found, out if plain else None


def student_losses(
    cohort: Cohort, given: Given, preset: Preset, taught: Output | None
) -> tuple[dict[str, Tensor], float]:
    """Every student's losses, and on what share of the pool batch two students differ."""
    if taught is None:
        set_dropout(cohort.teacher.module, 0.0)
        with torch.no_grad():
            taught = cohort.teacher.forward(given.pool, attentions=bool(preset.attention))
    found: dict[str, Tensor] = {}
    logits: list[Tensor] = []
    for number, (student, view) in enumerate(zip(cohort.students, cohort.views, strict=True)):
        set_dropout(student.module, view.dropout)
        draw = _generator(given.seed, number + 2)
        z = _forward(student, given.labelled, view, draw, given.share, given.y).logits
        found[student.name] = losses.cross_entropy(z, given.y).mean()
        wanted = bool(preset.attention) and view.aligned
        out = _forward(student, given.pool, view, draw, given.share, None, wanted)
        logits.append(out.logits)
        if preset.a:
            found[f"{student.name} distil"] = preset.a * _distil(out, taught, given, preset)
        if isinstance(student, MicroStudent):
            found |= _features(student, out, taught, view, given, preset)
    if len(logits) > 1 and preset.lam:
        terms = [losses.mutual(logits, k, preset.centred).mean() for k in range(len(logits))]
        found["mutual"] = preset.lam * given.mu * torch.stack(terms).sum()
    return found, disagreement(logits)


def disagreement(logits: list[Tensor]) -> float:
    """Share of rows on which two members choose different classes, mean over the pairs."""
    chosen = [z.argmax(-1) for z in logits]
    pairs = [(chosen[i] != chosen[j]).float().mean() for j in range(len(chosen)) for i in range(j)]
    return float(torch.stack(pairs).mean()) if pairs else 0.0


def _distil(out: Output, taught: Output, given: Given, preset: Preset) -> Tensor:
    if preset.distil == "kl":
        each = losses.soft_kl(out.logits, taught.logits, preset.temperature)
    else:
        each = losses.logits_mse(out.logits, taught.logits, preset.centred)
    sure = torch.softmax(taught.logits.detach(), -1).amax(-1) >= preset.floor
    return _weigh(each * sure, given.weights, given, preset)


def _weigh(each: Tensor, weights: Tensor | None, given: Given, preset: Preset) -> Tensor:
    """The mean over the pool batch, weighted by loss and by the given weights of the texts."""
    kind = "uniform" if given.burning_in else preset.reweight
    by_loss = loss_weights(each, kind, preset.r)
    return weighted_mean(each, by_loss if weights is None else combine(by_loss, weights))


def _features(
    student: MicroStudent, out: Output, taught: Output, view: View, given: Given, preset: Preset
) -> dict[str, Tensor]:
    """Hidden states, attention and pooled vectors against those of the student's own layers."""
    found: dict[str, Tensor] = {}
    if not (preset.hidden or preset.attention or preset.align):
        return found
    if not view.aligned:  # positions moved: compare on the batch as it is
        out = student.forward(given.pool, attentions=bool(preset.attention))
    mask = given.pool.mask
    if preset.hidden:
        teacher = [taught.states[0], *(taught.states[layer] for layer in student.layers)]
        value = losses.hidden_mse(out.states, teacher, mask, student.project.weight)
        found[f"{student.name} hidden"] = preset.hidden * value
    if preset.attention and out.attentions and taught.attentions:
        wanted = [taught.attentions[layer - 1] for layer in student.layers]
        value = losses.attention_mse(out.attentions, wanted)
        found[f"{student.name} attention"] = preset.attention * value
    if preset.align:
        own = student.project(_mean(out.states[-1], mask))
        value = losses.align(own, _mean(taught.states[student.layers[-1]], mask)).mean()
        found[f"{student.name} align"] = preset.align * value
    return found


def _mean(state: Tensor, mask: Tensor) -> Tensor:
    weight = mask.unsqueeze(-1).to(state.dtype)
    return (state * weight).sum(1) / weight.sum(1)


def _forward(
    member: Member,
    batch: Batch,
    view: View,
    draw: torch.Generator,
    share: float,
    y: Tensor | None,
    attentions: bool = False,
) -> Output:
    """The member's output on its view of the batch; ``y`` None marks a pool batch."""
    seen = view.change(batch, draw)
    ascents = view.steps_at(share)
    reader = getattr(member, "reader", None)
    if not (view.ascents or view.curriculum):
        return member.forward(seen, attentions=attentions)
    if reader is None:
        return member.forward(thin_bags(seen, draw))
    embeds = reader.encoder.word_vectors(seen.ids)
    loss_of = _harm(member, seen, y)
    noise = adversarial(embeds, seen.mask, loss_of, draw, ascents)
    return member.forward(seen, embeds + noise, attentions)


def _harm(member: Member, seen: Batch, y: Tensor | None) -> Callable[[Tensor], Tensor]:
    """What adversarial noise raises: cross-entropy, or the distance to the clean logits."""
    if y is not None:
        return lambda embeds: losses.cross_entropy(member.forward(seen, embeds).logits, y).sum()
    with torch.no_grad():
        clean = member.forward(seen).logits
    return lambda embeds: losses.logits_mse(member.forward(seen, embeds).logits, clean, False).sum()


def _generator(seed: int, stream: int) -> torch.Generator:
    return torch.Generator().manual_seed(derive(seed, stream))
