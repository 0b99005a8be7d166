"""What every chooser checks before it chooses."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

_SUM_ERROR = 1e-3


def asked(count: object, there: int) -> int:
    """``count``, or all there are; raises UserError for anything but a whole number above 0."""
    if not isinstance(count, Integral) or isinstance(count, bool) or count < 1:
        raise UserError(f"count is {count!r}; it must be a whole number, 1 or more")
    return min(int(count), there)


def matrix(values: object, what: str) -> Floats:
    """Rows of finite numbers, float32 [n, d]; raises UserError in one sentence otherwise."""
    table = np.asarray(values, np.float32)
    if table.ndim != 2:
        raise UserError(f"{what} have shape {table.shape}; a row for each text is needed")
    bad = np.flatnonzero(~np.isfinite(table).all(axis=1))
    if len(bad):
        raise UserError(f"{what}: row {bad[0]} holds a value that is no finite number")
    return table


def probabilities(values: object) -> Floats:
    """Probabilities, float32 [n, C] with C >= 2; raises UserError where a row does not sum to 1."""
    table = matrix(values, "probabilities")
    if table.shape[1] < 2:
        raise UserError(
            f"probabilities have {table.shape[1]} column(s); at least two classes are needed"
        )
    off = (table < -_SUM_ERROR).any(axis=1) | (abs(table.sum(axis=1) - 1.0) > _SUM_ERROR)
    if off.any():
        row = int(np.flatnonzero(off)[0])
        raise UserError(
            f"probabilities: row {row} sums to {table[row].sum():.4g} (smallest "
            f"{table[row].min():.4g}); every row must be 0 or more and sum to 1"
        )
    return np.clip(table, 0.0, 1.0)


def row_numbers(rows: Sequence[int] | Rows, there: int, what: str) -> Rows:
    """Different row numbers below ``there``, int64; raises UserError otherwise."""
    found = np.unique(np.asarray(rows, np.int64))
    if len(found) and (found[0] < 0 or found[-1] >= there):
        raise UserError(f"{what}: rows {found[0]} to {found[-1]} were given, but there are {there}")
    return found
