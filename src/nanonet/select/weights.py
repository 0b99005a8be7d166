"""Weigh rows by their loss (arXiv 2502.06733): the maps, shared with training in batches.

Losses are mapped to h in [-d, d] by the smallest and largest; a shape makes a preference of h, and
a softmax over the rows makes weights of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nanonet.errors import UserError
from nanonet.select._check import Floats

#: Kind -> preference of h under d. NumPy arrays and torch tensors will both do.
SHAPES: dict[str, Callable[[Any, float], Any]] = {
    "linupper": lambda h, d: (h + d).clip(max=d),  # down-weight the easy half only
    "quadratic": lambda h, d: 1.0 - h * h / d**2,  # favour the middle
    "extremes": lambda h, d: abs(h),  # favour both ends
    "upper": lambda h, d: 0.5 * h + 0.5 * d,  # favour the hard
}
KINDS = ("uniform", *SHAPES)
CLIP = 0.99  # losses above this quantile count as that quantile in the map


def check_kind(kind: str, r: float, d: float) -> None:
    """Raise UserError for an unknown kind, or an r or d that is not positive."""
    if kind not in KINDS:
        raise UserError(f"the reweighting is {kind!r}; it must be one of {', '.join(KINDS)}")
    if not r > 0 or not d > 0:
        raise UserError(f"reweighting needs r and d above 0; they are {r!r} and {d!r}")


def row_weights(losses: Floats, kind: str = "linupper", r: float = 0.4, d: float = 1.0) -> Floats:
    """Weights [n] of mean 1 for losses [n] of a whole table; equal losses give equal weights.

    r: temperature; the larger, the closer to uniform.
    """
    check_kind(kind, r, d)
    values = np.asarray(losses, np.float64)
    if kind == "uniform" or len(values) < 2:
        return np.ones(len(values), np.float32)
    values = np.minimum(values, np.quantile(values, CLIP))
    low, high = values.min(), values.max()
    if not high > low:
        return np.ones(len(values), np.float32)
    h = d * (2.0 * values - (high + low)) / (high - low)
    f = SHAPES[kind](h, d) / r
    weights = np.exp(f - f.max())
    return np.asarray(weights * (len(values) / weights.sum()), np.float32)
