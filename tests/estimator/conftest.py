"""A tiny encoder and one fit of the toy task with it, shared by the tests of this room."""

from __future__ import annotations

from functools import partial

import pytest

from _toy import task


@pytest.fixture(scope="session")
def make(tmp_path_factory):
    """``NanoNetClassifier`` with a tiny encoder and a cache of its own."""
    for name in ("torch", "onnxscript", "onnxruntime", "sklearn"):
        pytest.importorskip(name, reason="the estimator needs the train extra")
    from _encoders import tiny_folder
    from nanonet import NanoNetClassifier

    home = tmp_path_factory.mktemp("estimator")
    encoder = tiny_folder("bert", home / "tiny", layers=1)
    return partial(NanoNetClassifier, encoder=encoder, cache_dir=home / "cache", student="nano")


@pytest.fixture(scope="session")
def rows():
    """(texts, labels as numbers, pool, the pool's hidden labels)."""
    return task(labelled=24, pool=260)


@pytest.fixture(scope="session")
def fitted(make, rows):
    texts, labels, pool, _ = rows
    return make().fit(texts + pool, labels + [-1] * len(pool))
