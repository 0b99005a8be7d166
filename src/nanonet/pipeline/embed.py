"""Texts as plain vectors, for verbs that choose among texts instead of learning from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nanonet.encode import Encoder, usual_readout, vectors
from nanonet.learn import unit
from nanonet.progress import Progress

Floats = NDArray[np.float32]


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
    both = np.concatenate([unit(read.readout(usual)), unit(read.readout(first))], axis=1)
    return unit(both - both.mean(axis=0))
