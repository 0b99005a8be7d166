"""Logistic regression on TF-IDF of words and word pairs; the pool is unused."""

from __future__ import annotations

from pathlib import Path

from bench.peers._base import PeerResult, Trained, timed
from bench.peers._logistic import logistic
from nanonet.data import Labelled, Pool, Test


def train(labelled: Labelled, pool: Pool, seed: int, cache_dir: Path | None) -> Trained:
    """Fit vocabulary and head on the labelled rows. Neither ``pool`` nor ``seed`` is used."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectoriser = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(labelled.texts)
    return logistic(
        vectoriser.transform, labelled.texts, labelled.labels, "words and word pairs, sublinear tf"
    )


def run(
    labelled: Labelled, pool: Pool, test: Test, seed: int, cache_dir: Path | None = None
) -> PeerResult:
    """Learn from the draw and label the test texts."""
    return timed(lambda: train(labelled, pool, seed, cache_dir), test)
