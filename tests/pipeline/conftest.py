"""Few real fits on the demo corpus, shared by the tests of this room."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

import nanonet
from _bars import Labels
from _corpus import labelled, pool
from _order import PLAN, favourable, no_cohort, task
from nanonet.pipeline import Fitted


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


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The folder of an encoder of three small layers."""
    pytest.importorskip("onnxscript", reason="exporting an encoder needs the train extra")
    from _encoders import tiny_folder

    return tiny_folder("bert", tmp_path_factory.mktemp("source") / "tiny")


@pytest.fixture(scope="session")
def quick(tiny, tmp_path_factory):
    """(cache folder, fit): effort quick on the task of word order, with everything cached."""
    home = tmp_path_factory.mktemp("quick")
    texts, labels, pile = task()
    with small_normal():
        fitted = nanonet.fit(texts, labels, pool=pile, encoder=tiny, cache_dir=home, seed=1)
    return home, fitted


@dataclass(frozen=True)
class Whole:
    """An unbroken fit of effort normal: its cache folder, its outcome, the model, the steps."""

    cache: Path
    fitted: Fitted
    model: Path
    bar: Labels


@contextmanager
def small_normal():
    """Effort normal in seconds, taken whatever the labels say of an encoder so small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nanonet.learn.quick.judge", no_cohort)
        patch.setattr("nanonet.learn.quick.LEAST_UNLABELLED", 2.0)  # the same without labels
        patch.setitem(nanonet.pipeline.efforts.EFFORTS, "normal", PLAN)
        patch.setattr("nanonet.pipeline.deep.try_halves", favourable)
        yield


def fit_normal(texts=None, labels=None, **settings):
    """``nanonet.fit`` of effort normal on the task of word order, unless told otherwise."""
    rows = task()
    texts, labels = rows[0] if texts is None else texts, rows[1] if labels is None else labels
    return nanonet.fit(texts, labels, effort="normal", **{"pool": rows[2], "seed": 1, **settings})


@pytest.fixture(scope="session")
def whole(quick, tiny, tmp_path_factory):
    home, bar = tmp_path_factory.mktemp("whole"), Labels()
    cache = Path(shutil.copytree(quick[0], home / "cache"))
    with small_normal():
        fitted = fit_normal(student="micro", encoder=tiny, cache_dir=cache, progress=bar)
    return Whole(cache, fitted, fitted.save(home / "model"), bar)


@pytest.fixture
def cache(whole, tmp_path) -> Path:
    """A folder in which encoders and vectors are cached, but no stage of the fit."""
    without = shutil.ignore_patterns("runs")
    return Path(shutil.copytree(whole.cache, tmp_path / "cache", ignore=without))


@pytest.fixture
def deep(tiny, cache):
    """Effort normal with a cache of its own."""
    with small_normal():
        yield partial(fit_normal, encoder=tiny, cache_dir=cache)
