"""Texts as plain vectors, for verbs that choose among texts instead of learning from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nanonet.encode import Encoder, vectors
from nanonet.pipeline.material import usual_readout
from nanonet.progress import Progress

Floats = NDArray[np.float32]


def unit_vectors(
    encoder: Encoder,
    texts: Sequence[str],
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Floats:
    """The embedding the encoder was trained for, [n, dim], each of length one."""
    read = vectors(encoder, texts, cache_dir=cache_dir, progress=progress)
    return _unit(read.readout(usual_readout(encoder)))


def two_views(
    encoder: Encoder,
    texts: Sequence[str],
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Floats:
    """The last layer's mean and first word side by side [n, 2 dim], centred, each of length one.

    A pool falls into parts by topic in the mean, by kind of question or tone in the first word;
    nobody knows beforehand which the classes will be (docs/ask.md has what each alone does).
    """
    read = vectors(encoder, texts, cache_dir=cache_dir, progress=progress)
    usual = usual_readout(encoder)
    layer = encoder.readouts[usual].layer
    first = next(
        i for i, r in enumerate(encoder.readouts) if (r.layer, r.pooling) == (layer, "first")
    )
    both = np.concatenate([_unit(read.readout(usual)), _unit(read.readout(first))], axis=1)
    return _unit(both - both.mean(axis=0))


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)
