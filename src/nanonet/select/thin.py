"""Copies: which rows say nearly the same as an earlier one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nanonet.data import near_pairs
from nanonet.select._check import Rows


def first_copies(texts: Sequence[str]) -> Rows:
    """For each text [n] the first row that is the same or nearly the same; itself where none is.

    Copies as the guard sees them: word 5-grams that overlap by about 75 % (MinHash). Copies of
    copies belong together.

    >>> first_copies(["where is my parcel", "hello there", "Where is my parcel"]).tolist()
    [0, 1, 0]
    """
    first = list(range(len(texts)))

    def root(row: int) -> int:
        while first[row] != row:
            first[row] = first[first[row]]
            row = first[row]
        return row

    for one, other in near_pairs(texts).tolist():
        a, b = sorted((root(one), root(other)))
        first[b] = a
    return np.array([root(row) for row in range(len(texts))], np.int64)
