"""The one embedding that a sentence encoder is trained for: the mean of its last layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nanonet.encode.protocol import Encoder, Floats
from nanonet.encode.vectors import vectors
from nanonet.progress import Progress


def usual_readout(encoder: Encoder) -> int:
    """Position of the last layer's mean, the embedding most sentence encoders are trained for."""
    last = max(r.layer for r in encoder.readouts)
    return next(
        i for i, r in enumerate(encoder.readouts) if r.layer == last and r.pooling == "mean"
    )


def unit_vectors(
    encoder: Encoder,
    texts: Sequence[str],
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Floats:
    """That embedding of every text, [n, dim], each of length one; from the cache where known."""
    read = vectors(encoder, texts, cache_dir=cache_dir, progress=progress)
    found = read.readout(usual_readout(encoder))
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(length, 1e-9), np.float32)
