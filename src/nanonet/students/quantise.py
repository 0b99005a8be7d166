"""From a float table of n-gram scores to int8 rows that fit a size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError

Floats = NDArray[np.float32]
OVERHEAD = 60_000  # bytes kept free for the manifest, the card and the tensor headers


@dataclass(frozen=True)
class NanoTable:
    """keys uint32 [R], ascending; rows int8 [R, C]; scales float32 [R]; bias float32 [C].

    The score of an n-gram for a class is ``scale * row``; ``dropped`` counts the n-grams that did
    not fit, ``error`` is the mean absolute rounding error over the mean absolute score.
    """

    keys: NDArray[np.uint32]
    rows: NDArray[np.int8]
    scales: Floats
    bias: Floats
    dropped: int
    error: float

    def weights(self) -> dict[str, NDArray[np.generic]]:
        """The tensors of the artefact."""
        return {"keys": self.keys, "rows": self.rows, "scales": self.scales, "bias": self.bias}


def room(classes: int, max_mb: float) -> int:
    """How many rows fit; UserError where not one does."""
    each = 4 + 4 + classes
    rows = int((max_mb * 1e6 - OVERHEAD - 8 * classes) // each)
    if rows < 1:
        raise UserError(
            f"--max-mb {max_mb:g} is too small for a nano model with {classes} classes; "
            f"give at least {(OVERHEAD + 1000 * each) / 1e6:.2f}"
        )
    return rows


def quantise_rows(
    keys: NDArray[np.uint32], table: Floats, bias: Floats, worth: Floats, max_mb: float
) -> NanoTable:
    """Round each row to int8 with a scale of its own, keeping the rows of most worth.

    table: [V, C]; worth: [V], such as length of the row times how often it is met. One scale a row
    costs four bytes and loses far less than one scale for the table. Raises UserError where not
    one row would fit ``max_mb`` megabytes.
    """
    most = room(table.shape[1], max_mb)
    table = table - table.mean(axis=1, keepdims=True)  # softmax is blind to it, evidence is not
    keep = np.flatnonzero(np.abs(table).max(axis=1) > 0)
    if len(keep) > most:
        best = np.argsort(-worth[keep], kind="stable")[:most]
        keep = np.sort(keep[best])
    kept = table[keep]
    scales = (np.abs(kept).max(axis=1) / 127.0).astype(np.float32)
    rows = np.rint(kept / np.maximum(scales, 1e-30)[:, None]).astype(np.int8)
    size = float(np.abs(kept).mean()) if kept.size else 1.0
    error = float(np.abs(rows * scales[:, None] - kept).mean() / size) if kept.size else 0.0
    bias = np.asarray(bias - bias.mean(), np.float32)
    return NanoTable(keys[keep], rows, scales, bias, len(keys) - len(keep), error)
