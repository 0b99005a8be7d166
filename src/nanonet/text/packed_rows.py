"""Rows of small whole numbers, two of them in a byte: what a model of little room keeps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import FormatError

HALF_MOST = 7  # the largest number that four bits hold here; -8 is not used


def pack_rows(rows: NDArray[np.int8]) -> NDArray[np.uint8]:
    """int8 [R, C] of -7 to 7 as uint8 [R, (C + 1) // 2], the first of two in the low four bits.

    >>> pack_rows(np.array([[1, -1, 7]], np.int8)).tolist()
    [[241, 7]]
    """
    if len(rows) and np.abs(rows).max(initial=0) > HALF_MOST:
        raise ValueError(f"only -{HALF_MOST} to {HALF_MOST} fit four bits")
    even = np.pad(rows, ((0, 0), (0, rows.shape[1] % 2))).view(np.uint8) & 15
    return np.ascontiguousarray(even[:, ::2] | (even[:, 1::2] << 4))


def unpack_rows(packed: NDArray[np.uint8], columns: int) -> NDArray[np.int8]:
    """The reverse of :func:`pack_rows`; FormatError where the bytes are no such rows.

    >>> unpack_rows(np.array([[241, 7]], np.uint8), 3).tolist()
    [[1, -1, 7]]
    """
    wanted = (columns + 1) // 2
    if packed.dtype != np.uint8 or packed.ndim != 2 or packed.shape[1] != wanted:
        raise FormatError(
            f"the model's 'rows4' is {packed.dtype} {list(packed.shape)}; with {columns} classes "
            f"it must be uint8 [keys, {wanted}]; fit again"
        )
    rows = np.empty((len(packed), 2 * wanted), np.int8)
    # Shifted up and down again, so that the fourth bit becomes the sign.
    rows[:, ::2] = (packed << 4).view(np.int8) >> 4
    rows[:, 1::2] = packed.view(np.int8) >> 4
    return np.ascontiguousarray(rows[:, :columns])
