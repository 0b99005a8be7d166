"""Weigh the examples of a batch by their loss (arXiv 2502.06733).

The losses are mapped to [-d, d] by the batch's smallest and largest, turned into a preference, and
a softmax over the batch makes weights of these. Batches of under 32 make the two ends a lottery.
"""

from __future__ import annotations

import torch
from torch import Tensor

from nanonet.select.weights import CLIP, KINDS, SHAPES, check_kind

__all__ = ["CLIP", "KINDS", "combine", "loss_weights", "weighted_mean"]


def loss_weights(losses: Tensor, kind: str = "linupper", r: float = 0.4, d: float = 1.0) -> Tensor:
    """Weights [B] of mean 1 for losses [B]; no gradient runs through them.

    r: temperature; the larger, the closer to uniform. Equal losses give uniform weights. Raises
    UserError for an unknown kind or an r or d that is not positive.
    """
    check_kind(kind, r, d)
    values = losses.detach().float()
    if kind == "uniform" or len(values) < 2:
        return torch.ones_like(values)
    values = torch.minimum(values, torch.quantile(values, CLIP))
    low, high = values.min(), values.max()
    if not bool(high > low):
        return torch.ones_like(values)
    h = d * (2.0 * values - (high + low)) / (high - low)
    return torch.softmax(SHAPES[kind](h, d) / r, 0) * len(values)


def combine(weights: Tensor, other: Tensor) -> Tensor:
    """The product of two sets of weights [B] (such as class balance), again of mean 1."""
    product = weights * other.to(weights)
    return product / product.mean().clamp(min=1e-12)


def weighted_mean(losses: Tensor, weights: Tensor) -> Tensor:
    """mean(w * l); with the weights of :func:`loss_weights` a batch keeps the scale of its mean."""
    return (weights.detach().to(losses) * losses).mean()
