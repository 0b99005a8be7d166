"""Askers against an endpoint on loopback that can be told to misbehave."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:  # the endpoint is the benchmark's
    sys.path.insert(0, str(ROOT))

from bench.llm_endpoint import Endpoint as Scripted  # noqa: E402
from bench.llm_endpoint import Manner  # noqa: E402

from nanonet.data import ClassSpec  # noqa: E402

CLASSES = (ClassSpec("Sports", "Games and teams."), ClassSpec("World"), ClassSpec("Business"))


@pytest.fixture
def classes():
    return CLASSES


@pytest.fixture
def texts():
    return [f"{CLASSES[i % 3].name.lower()} report number {i}" for i in range(12)]


@pytest.fixture
def endpoint():
    """A scripted endpoint; its ``manner`` may be changed at any time."""
    with Scripted(Manner()) as server:
        yield server


@pytest.fixture
def make_asker(endpoint, tmp_path):
    """Askers of one job over one store; keywords go to the settings."""
    pytest.importorskip("openai", reason="asking a model needs the llm extra")
    from nanonet.llm import Asker, AskSettings, Endpoint, Limits, Prices

    def make(*, timeout_s=5.0, url=None, key="k", model="scripted", **settings):
        given = {"job": "job", "cache_dir": tmp_path, "first_wait_s": 0.01, "concurrency": 4}
        given["limits"] = settings.pop("limits", Limits(max_calls=1000))
        given["prices"] = Prices(1.0, 4.0)
        return Asker(
            Endpoint(model, url or endpoint.url, key, timeout_s), AskSettings(**given | settings)
        )

    return make
