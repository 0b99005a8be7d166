"""The bounds: rates, keys, late requests; and how far the texts have drifted."""

import asyncio

import pytest
from starlette.requests import Request

from _serving import serving
from nanonet.artefact import read_artefact
from nanonet.errors import UserError
from nanonet.runtime import load
from nanonet.serve import Buckets, Limits, named, read_key
from nanonet.serve.body import read_json
from nanonet.serve.drift import Drift, Grams, Reference
from nanonet.serve.limits import Refused


def test_a_bucket_fills_again_and_belongs_to_one_client():
    now = [0.0]
    buckets = Buckets(2.0, lambda: now[0])
    assert [buckets.wait("a") for _ in range(4)] == [0.0] * 4
    assert buckets.wait("a") == pytest.approx(0.5)
    assert buckets.wait("b") == 0.0
    now[0] = 0.5
    assert buckets.wait("a") == 0.0
    assert buckets.wait("a") > 0
    now[0] = 99.0
    assert [bool(buckets.wait("a")) for _ in range(5)] == [False] * 4 + [True]


def test_many_clients_do_not_fill_the_memory():
    buckets = Buckets(1.0, lambda: 0.0)
    for client in range(20_000):
        buckets.wait(str(client))
    assert len(buckets._held) <= 10_000


def test_a_client_that_asks_too_often(news):
    with serving(news, "--rate", 0.5) as server:
        found = [server.call("GET", "/openapi.json") for _ in range(3)]
        assert [status for status, _, _ in found][:1] == [200]
        status, answer, headers = found[-1]
        assert status == 429
        assert "0.5 requests a second" in answer["error"]
        assert int(headers["Retry-After"]) >= 1
        assert server.call("GET", "/healthz")[0] == 200, "whoever looks after it may always ask"


@pytest.mark.parametrize(
    "key", ["short", "0123456789 abcdefgh", "0123456789abcdef\n0123", "é" * 20]
)
def test_a_key_that_is_none(tmp_path, key):
    (tmp_path / "key").write_text(key)
    with pytest.raises(UserError, match="at least 16 visible ASCII"):
        read_key(tmp_path / "key")


def test_a_request_that_does_not_arrive():
    async def never():
        await asyncio.sleep(30)

    async def ask():
        headers = [(b"content-type", b"application/json")]
        request = Request({"type": "http", "headers": headers, "method": "POST"}, never)
        with pytest.raises(Refused, match=r"after 0\.05 seconds") as refused:
            await read_json(request, Limits(seconds=0.05))
        assert refused.value.status == 408
        await asyncio.sleep(0)  # the cancellation was for the reading alone

    asyncio.run(ask())


def test_names(tmp_path):
    assert named(["a=x/y", str(tmp_path)]).keys() == {"a", tmp_path.name}
    with pytest.raises(UserError, match="two models are named 'y'"):
        named(["x/y", "z/y"])


@pytest.mark.parametrize("wrong", [{"texts": 0}, {"rate": -1.0}, {"chars": float("nan")}])
def test_limits_that_are_none(wrong):
    with pytest.raises(UserError, match=next(iter(wrong))):
        Limits(**wrong)


def test_drift_from_the_facts_of_the_model(news):
    reference = Reference.of_facts(load(news).info)
    assert reference.confidence == 0.9
    drift = Drift(["business", "sport", "world"], Grams(read_artefact(news)), reference)
    assert drift.shift() is None
    drift.add(["bank", "bank", "team", "talks"], [0, 0, 1, 2], [0.5, 0.75, 0.75, 1.0])
    assert drift.shift() == 0.0
    assert drift.sure == 3.0
    drift.count()
    drift.count()
    # each text: <start> word, word, word <end> and the like; only the word itself is known
    assert (drift.met, drift.known) == (12, 4)
    drift.add(["x"] * 4, [2] * 4, [0.5] * 4)
    assert drift.shift() == pytest.approx(0.375)


def test_a_model_without_facts_has_no_reference():
    assert Reference.of_facts({}) == Reference()
    assert Drift(["a", "b"], None, Reference()).shift() is None
    told = {"provenance": {"expected": {"accuracy": 0.5, "low": 0.0, "high": 1.0}}}
    assert Reference.of_facts(told).confidence is None, "an interval of everything says nothing"
