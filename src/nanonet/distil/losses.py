"""The losses of NanoNet, DisCo and PS-NET, as small functions of tensors.

z are logits [B, C]. Whatever stands on the teaching side of a loss is detached here, so that no
caller can forget it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

_MASKED = -1e2  # attention scores at or below it mark padding


def ramp(step: int, steps: int, rho: float) -> float:
    """min(1, t / (rho T)): mutual learning grows to its full weight by step rho T (DisCo)."""
    if rho <= 0 or steps <= 0:
        return 1.0
    return min(1.0, step / (rho * steps))


def cross_entropy(z: Tensor, target: Tensor) -> Tensor:
    """Per-row loss [B] against classes [B] (whole numbers) or soft targets [B, C]."""
    if target.dtype.is_floating_point:
        return -(target.detach() * F.log_softmax(z, -1)).sum(-1)
    return F.cross_entropy(z, target, reduction="none")


def centre(z: Tensor) -> Tensor:
    """Logits less their row mean: softmax is blind to it, a squared error is not."""
    return z - z.mean(-1, keepdim=True)


def logits_mse(z: Tensor, target: Tensor, centred: bool = True) -> Tensor:
    """Per-row mean squared difference [B]; ``centred`` compares models of different families."""
    target = target.detach()
    if centred:
        z, target = centre(z), centre(target)
    return (z - target).square().mean(-1)


def soft_kl(z: Tensor, target: Tensor, temperature: float = 1.0) -> Tensor:
    """Per-row T^2 KL(softmax(target / T) || softmax(z / T)), [B] (Hinton, arXiv 1503.02531)."""
    wanted = F.log_softmax(target.detach() / temperature, -1)
    found = F.log_softmax(z / temperature, -1)
    return temperature**2 * (wanted.exp() * (wanted - found)).sum(-1)


def mutual(z: Sequence[Tensor], k: int, centred: bool = True) -> Tensor:
    """Per-row mean over the peers j of member k of the squared difference to z_j, [B] (DisCo).

    Zero where there is no peer.
    """
    peers = [logits_mse(z[k], z[j], centred) for j in range(len(z)) if j != k]
    if not peers:
        return z[k].sum(-1) * 0.0
    return torch.stack(peers).mean(0)


def align(student: Tensor, teacher: Tensor) -> Tensor:
    """Per-row 1 - cosine, [B]; student and teacher are pooled vectors [B, dim]."""
    return 1.0 - F.cosine_similarity(student, teacher.detach(), dim=-1)


def hidden_mse(
    student: Sequence[Tensor], teacher: Sequence[Tensor], mask: Tensor, project: Tensor
) -> Tensor:
    """Mean squared difference of hidden states over layers and unmasked tokens, one number.

    student, teacher: as many states [B, S, d] each; mask: [B, S]; project: [d_teacher, d_student],
    the learned map to the teacher's width.
    """
    weight = mask.unsqueeze(-1).to(student[0].dtype)
    scale = weight.sum() * teacher[0].shape[-1]
    parts = [
        ((F.linear(s, project) - t.detach()).square() * weight).sum() / scale
        for s, t in zip(student, teacher, strict=True)
    ]
    return torch.stack(parts).mean()


def attention_mse(student: Sequence[Tensor], teacher: Sequence[Tensor]) -> Tensor:
    """Mean squared difference of attention [B, heads, S, S] over layers, one number.

    Scores of padding (at most -100) count as zero. Architectures that return probabilities, as
    the current ones of transformers do, have none of these.
    """
    parts = [
        F.mse_loss(_unmasked(s), _unmasked(t.detach()))
        for s, t in zip(student, teacher, strict=True)
    ]
    return torch.stack(parts).mean()


def _unmasked(scores: Tensor) -> Tensor:
    return torch.where(scores <= _MASKED, torch.zeros_like(scores), scores)


def pair_loss(left: Tensor, right: Tensor, same: Tensor) -> Tensor:
    """Per-pair (cosine - 1 or 0)^2, [P], as SetFit's contrastive step (arXiv 2209.11055).

    left, right: vectors [P, dim]; same: bool [P], whether the two are of one class.
    """
    return (F.cosine_similarity(left, right, dim=-1) - same.to(left.dtype)).square()


def supervised_contrastive(vectors: Tensor, y: Tensor, temperature: float = 0.1) -> Tensor:
    """Supervised contrastive loss over the batch, one number (arXiv 2004.11362).

    For each vector with at least one other of its class: minus the mean log-probability of these
    among all others, by cosine over temperature. Zero where no class occurs twice.
    """
    unit = F.normalize(vectors, dim=-1)
    itself = torch.eye(len(y), dtype=torch.bool, device=y.device)
    scores = (unit @ unit.T / temperature).masked_fill(itself, float("-inf"))
    positive = (y[:, None] == y[None, :]) & ~itself
    # the diagonal is -inf: filled before the product, as 0 * -inf is not a number
    logs = F.log_softmax(scores, -1).masked_fill(itself, 0.0)
    count = positive.sum(-1)
    each = -(logs * positive).sum(-1) / count.clamp(min=1)
    return each.sum() / (count > 0).sum().clamp(min=1)
