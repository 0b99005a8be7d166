"""Weigh the examples of a batch by their loss (arXiv 2502.06733).

The losses are mapped to [-d, d] by the batch's smallest and largest, turned into a preference, and
a softmax over the batch makes weights of these. Batches of under 32 make the two ends a lottery.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from nanonet.errors import UserError

_SHAPES: dict[str, Callable[[Tensor, float], Tensor]] = {
    "linupper": lambda h, d: torch.clamp(h + d, max=d),  # down-weight the easy half only
    "quadratic": lambda h, d: 1.0 - h.square() / d**2,  # favour the middle
    "extremes": lambda h, d: h.abs(),  # favour both ends
    "upper": lambda h, d: 0.5 * h + 0.5 * d,  # favour the hard
}
KINDS = ("uniform", *_SHAPES)
CLIP = 0.99  # losses above this quantile count as that quantile in the map


def loss_weights(losses: Tensor, kind: str = "linupper", r: float = 0.4, d: float = 1.0) -> Tensor:
    """Weights [B] of mean 1 for losses [B]; no gradient runs through them.

    r: temperature; the larger, the closer to uniform. Equal losses give uniform weights. Raises
    UserError for an unknown kind or an r or d that is not positive.
    """
    if kind not in KINDS:
        raise UserError(f"the reweighting is {kind!r}; it must be one of {', '.join(KINDS)}")
    if not r > 0 or not d > 0:
        raise UserError(f"reweighting needs r and d above 0; they are {r!r} and {d!r}")
    values = losses.detach().float()
    if kind == "uniform" or len(values) < 2:
        return torch.ones_like(values)
    values = torch.minimum(values, torch.quantile(values, CLIP))
    low, high = values.min(), values.max()
    if not bool(high > low):
        return torch.ones_like(values)
    h = d * (2.0 * values - (high + low)) / (high - low)
    return torch.softmax(_SHAPES[kind](h, d) / r, 0) * len(values)


def combine(weights: Tensor, other: Tensor) -> Tensor:
    """The product of two sets of weights [B] (such as class balance), again of mean 1."""
    product = weights * other.to(weights)
    return product / product.mean().clamp(min=1e-12)


def weighted_mean(losses: Tensor, weights: Tensor) -> Tensor:
    """mean(w * l); with the weights of :func:`loss_weights` a batch keeps the scale of its mean."""
    return (weights.detach().to(losses) * losses).mean()
