"""How many rows of each class stay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nanonet.condense.seen import Rows
from nanonet.errors import UserError

DEFAULT_RATE = 0.001


@dataclass(frozen=True)
class Size:
    """What was asked for: a share of the rows, or a number of each class (one of the two)."""

    rate: float | None = None
    per_class: int | None = None

    def check(self) -> None:
        """Raise :class:`UserError` unless exactly one is set, and set to something possible."""
        if (self.rate is None) == (self.per_class is None):
            raise UserError("give either a rate or a number of rows per class")
        if self.rate is not None and not 0.0 < self.rate <= 1.0:
            raise UserError(f"the rate is {self.rate:g}; it must be above 0 and at most 1")
        if self.per_class is not None and self.per_class < 1:
            raise UserError(f"{self.per_class} rows per class; it must be at least 1")


def quota_of(size: Size, counts: Rows, rows: int, classes: Sequence[str]) -> Rows:
    """Rows to keep of each class: ``counts`` [C] are there to choose from, ``rows`` in the table.

    A rate is shared out by the classes' sizes (largest remainders), at least one row each. Raises
    :class:`UserError` where a class would be left without a row, or has fewer than asked.
    """
    size.check()
    if size.per_class is not None:
        asked = np.full(len(counts), size.per_class, np.int64)
    else:
        asked = _shared(_total(size.rate or 0.0, rows, len(counts)), counts)
    short = np.flatnonzero(counts < asked)
    if len(short):
        least = int(short[np.argmin(counts[short])])
        raise UserError(
            f"the class {classes[least]!r} has {counts[least]} rows to choose from and "
            f"{asked[least]} are asked for; ask for at most {counts[least]}, or add rows"
        )
    return asked


def _total(rate: float, rows: int, classes: int) -> int:
    total = round(rate * rows)
    if total >= classes:
        return total
    least = _rounded_up(classes / rows)
    raise UserError(
        f"a rate of {rate:g} keeps {total} of {rows:,} rows, too few for one of each of the "
        f"{classes} classes; the smallest rate is {least:g}"
    )


def _rounded_up(value: float) -> float:
    """To three significant digits, never down."""
    unit = 10.0 ** (math.floor(math.log10(value)) - 2)
    return round(min(1.0, math.ceil(value / unit - 1e-9) * unit), 12)


def _shared(total: int, counts: Rows) -> Rows:
    exact = counts * (total / counts.sum())
    quota = np.maximum(np.floor(exact), 1).astype(np.int64)
    while quota.sum() < total:
        quota[np.argmax(exact - quota)] += 1
    while quota.sum() > total:
        quota[np.argmax(np.where(quota > 1, quota - exact, -np.inf))] -= 1
    return quota
