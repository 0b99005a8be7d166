"""From a float table of n-gram scores to rows of small whole numbers that fit a size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError
from nanonet.text import HALF_MOST, gap_bytes, pack_ids, pack_rows

Floats = NDArray[np.float32]
OVERHEAD = 60_000  # bytes kept free for the manifest, the card and the tensor headers
# What a row may be multiplied by: 16 steps an octave (so at most 6% of its range lies idle) over
# 12 octaves. A product with an int8 stays below 2**23, so that 256 of them fit 32 bits.
MULTIPLIERS = np.array([(16 + step) << octave for octave in range(12) for step in range(16)])


@dataclass(frozen=True)
class NanoTable:
    """keys uint32 [R], ascending; rows int8 [R, C]; scales uint8 [R]; bias float32 [C].

    The score of an n-gram for a class is ``unit * MULTIPLIERS[scale] * row``; ``dropped`` counts
    the n-grams that did not fit, ``error`` is the mean absolute rounding error over the mean
    absolute score. ``bits`` is 8, or 4 where the rows are all within -7 and 7 and two numbers are
    to share a byte in the file.
    """

    keys: NDArray[np.uint32]
    rows: NDArray[np.int8]
    scales: NDArray[np.uint8]
    unit: float
    bias: Floats
    dropped: int
    error: float
    bits: int = 8

    def weights(self) -> dict[str, NDArray[np.generic]]:
        """The tensors of the artefact."""
        return {
            "keys": pack_ids(self.keys),
            **({"rows": self.rows} if self.bits == 8 else {"rows4": pack_rows(self.rows)}),
            "scales": self.scales,
            "unit": np.array([self.unit], np.float32),
            "bias": self.bias,
        }


def room(classes: int, max_mb: float) -> int:
    """How many bytes are left for rows; UserError where not one is sure to fit."""
    each = 5 + 1 + (classes + 1) // 2
    left = int(max_mb * 1e6) - OVERHEAD - 8 * classes
    if left < each:
        raise UserError(
            f"--max-mb {max_mb:g} is too small for a nano model with {classes} classes; "
            f"give at least {(OVERHEAD + 1000 * each) / 1e6:.2f}"
        )
    return left


def quantise_rows(
    keys: NDArray[np.uint32], table: Floats, bias: Floats, worth: Floats, max_mb: float
) -> NanoTable:
    """The rows and the bias, each less its mean over the classes, by :func:`quantise_scores`.

    Softmax is blind to that mean, evidence is not.
    """
    centred = table - table.mean(axis=1, keepdims=True)
    bias = np.asarray(bias - bias.mean(), np.float32)
    return quantise_scores(keys, centred, bias, worth, max_mb)


def quantise_scores(
    keys: NDArray[np.uint32], table: Floats, bias: Floats, worth: Floats, max_mb: float
) -> NanoTable:
    """Round each row to int8 with a scale of its own, keeping the rows of most worth.

    table: [V, C]; worth: [V], such as length of the row times how often it is met. One scale a row
    costs a byte and loses far less than one scale for the table. The whole model takes at most
    ``max_mb`` megabytes. Where not all rows fit, they are rounded to four bits, for a row that is
    left out costs more than one that is coarse (docs/LOG.md has the figures). Raises UserError
    where not one row would fit.
    """
    left = room(table.shape[1], max_mb)
    keep = np.flatnonzero(np.abs(table).max(axis=1) > 0)
    classes = table.shape[1]
    fitting = _most_worth(keys[keep], worth[keep], 1 + classes, left)
    bits, most = 8, 127
    if len(fitting) < len(keep):
        bits, most = 4, HALF_MOST
        fitting = _most_worth(keys[keep], worth[keep], 1 + (classes + 1) // 2, left)
    keep = keep[fitting]
    kept = table[keep].astype(np.float64)
    wanted = np.abs(kept).max(axis=1) / most if kept.size else np.zeros(0)
    unit = np.nextafter(np.float32(wanted.max(initial=1e-30) / MULTIPLIERS[-1]), np.float32(1))
    # The next multiplier above, never below: no score may be cut.
    scales = np.searchsorted(MULTIPLIERS, wanted / float(unit)).astype(np.uint8)
    steps = (MULTIPLIERS[scales] * float(unit))[:, None]
    rows = np.rint(kept / steps).astype(np.int8)
    size = float(np.abs(kept).mean()) if kept.size else 1.0
    error = float(np.abs(rows * steps - kept).mean() / size) if kept.size else 0.0
    dropped = len(keys) - len(keep)
    return NanoTable(keys[keep], rows, scales, float(unit), bias, dropped, error, bits)


def _most_worth(
    keys: NDArray[np.uint32], worth: Floats, row_bytes: int, left: int
) -> NDArray[np.intp]:
    """Positions, ascending, of the most rows that fit ``left`` bytes, those of most worth first."""
    best = np.argsort(-worth, kind="stable")

    def size(count: int) -> int:
        return int(gap_bytes(np.sort(keys[best[:count]])).sum()) + count * row_bytes

    # One more key never makes the packed list shorter, so halving finds the largest count.
    low, high = 0, len(best)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(middle) <= left else (low, middle - 1)
    return np.sort(best[:low])
