"""Logistic regression on the sentence embeddings of nanonet's own encoder; the pool is unused.

The embedding is the mean over the tokens of the last layer, L2-normalised, read through
nanonet's vector cache: the very vectors nanonet learns from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.peers._base import Floats, PeerResult, Trained, timed
from bench.peers._logistic import logistic
from nanonet.data import Labelled, Pool, Test


def train(labelled: Labelled, pool: Pool, seed: int, cache_dir: Path | None) -> Trained:
    """Fit the head on the labelled rows. Neither ``pool`` nor ``seed`` is used."""
    from nanonet.encode import load_encoder, vectors

    encoder = load_encoder(cache_dir=cache_dir)
    means = [i for i, readout in enumerate(encoder.readouts) if readout.pooling == "mean"]
    last = max(means, key=lambda i: encoder.readouts[i].layer)

    def embed(texts: Sequence[str]) -> Floats:
        rows = vectors(encoder, list(texts), cache_dir=cache_dir).readout(last)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)

    return logistic(embed, labelled.texts, labelled.labels, "vectors through nanonet's cache")


def run(
    labelled: Labelled, pool: Pool, test: Test, seed: int, cache_dir: Path | None = None
) -> PeerResult:
    """Learn from the draw and label the test texts."""
    return timed(lambda: train(labelled, pool, seed, cache_dir), test)
