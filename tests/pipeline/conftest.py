"""Few real fits on the demo corpus, shared by the tests of this room."""

from __future__ import annotations

import pytest

import nanonet
from _corpus import labelled, pool


@pytest.fixture(scope="session")
def fit(encoder_cache):
    """``nanonet.fit`` with the cache of this test run."""

    def call(texts=(), labels=(), **settings):
        return nanonet.fit(texts, labels, cache_dir=encoder_cache, **settings)

    return call


@pytest.fixture(scope="session")
def fitted(fit):
    """A fit on 40 labels and 250 pool texts, for each kind of student."""
    texts, labels = labelled()
    return {
        kind: fit(texts, labels, pool=pool(), student=kind, seed=3) for kind in ("nano", "micro")
    }
