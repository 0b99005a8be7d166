"""Labelled texts that stand for their class: one that is clearly of it, one that only just is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.select._check import Floats, probabilities
from nanonet.select.doubt import check_labels


def prototype_rows(
    table: Floats, labels: NDArray[np.int64]
) -> tuple[tuple[int, int, int | None], ...]:
    """(class, clear row, borderline row) of every class that has a label; None with only one row.

    table: probabilities [n, C] of the labelled rows by the model that is to be shown, or out of
    fold. Clear is the row whose label is likeliest. Borderline is, of the others whose label the
    model finds likeliest, the one with the least lead over the next class; where there is none,
    the one whose label it finds least unlikely.

    >>> import numpy as np
    >>> table = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]], np.float32)
    >>> prototype_rows(table, np.array([0, 0, 0, 1]))
    ((0, 0, 1), (1, 3, None))
    """
    p = probabilities(table)
    y = check_labels(labels, len(p), p.shape[1])
    own = p[np.arange(len(p)), y]
    others = p.copy()
    others[np.arange(len(p)), y] = -1.0
    lead = own - others.max(axis=1)
    out: list[tuple[int, int, int | None]] = []
    for one in np.unique(y).tolist():
        rows = np.flatnonzero(y == one)
        clear = int(rows[lead[rows].argmax()])
        rest = rows[rows != clear]
        right = rest[lead[rest] >= 0]
        border: int | None = None
        if len(right):
            border = int(right[lead[right].argmin()])
        elif len(rest):
            border = int(rest[lead[rest].argmax()])
        out.append((one, clear, border))
    return tuple(out)
