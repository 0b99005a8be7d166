"""One small real fit and its report, shared by the tests of this room."""

from __future__ import annotations

import pytest

import nanonet
from _corpus import labelled, pool, test_rows

for _name in ("matplotlib", "jinja2"):
    pytest.importorskip(_name, reason="reports need the report extra")


@pytest.fixture(scope="session")
def model(encoder_cache, tmp_path_factory):
    """The folder of a nano model of 40 labels that keeps prototypes."""
    texts, labels = labelled()
    fitted = nanonet.fit(
        texts, labels, pool=pool(120), student="nano", seed=3, cache_dir=encoder_cache
    )
    return fitted.save(tmp_path_factory.mktemp("report") / "help <desk>", prototypes=True)


@pytest.fixture(scope="session")
def settings(encoder_cache):
    from nanonet.report import ReportSettings

    return ReportSettings(cache_dir=encoder_cache)


@pytest.fixture(scope="session")
def report(model, settings):
    """By labels and pool."""
    from nanonet.report import build_report

    texts, labels = labelled()
    return build_report(model, texts=texts, labels=labels, pool=pool(120), settings=settings)


@pytest.fixture(scope="session")
def tested(model, settings):
    """By a test table alone."""
    from nanonet.report import build_report

    texts, labels = test_rows()
    return build_report(model, test_texts=texts, test_labels=labels, settings=settings)
