"""Logistic regression on model2vec's static embeddings; the pool is unused.

``model2vec.distill`` with its defaults (256 dimensions, no label and no text needed, so done once
and kept in the cache), then a text's L2-normalised embedding into the head.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.peers._base import Floats, PeerResult, Trained, timed
from bench.peers._logistic import logistic
from bench.peers._model2vec import static_model
from nanonet.data import Labelled, Pool, Test


def train(labelled: Labelled, pool: Pool, seed: int, cache_dir: Path | None) -> Trained:
    """Fit the head on the labelled rows. Neither ``pool`` nor ``seed`` is used."""
    model = static_model(cache_dir)

    def embed(texts: Sequence[str]) -> Floats:
        rows = np.asarray(model.encode(list(texts), use_multiprocessing=False), dtype=np.float32)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norms, 1e-12))

    return logistic(embed, labelled.texts, labelled.labels, "distillation not counted in fit_s")


def run(
    labelled: Labelled, pool: Pool, test: Test, seed: int, cache_dir: Path | None = None
) -> PeerResult:
    """Learn from the draw and label the test texts; distillation happens before the clock."""
    static_model(cache_dir)
    return timed(lambda: train(labelled, pool, seed, cache_dir), test)
