"""A slow student's requests wait together, fairly, and change nothing of one another's answers."""

import asyncio
import threading

import numpy as np
import pytest

from _models import CLASSES, SPEC, TEXTS, checked, nano_weights, write_nano
from nanonet.runtime import Classifier, NanoScorer, load
from nanonet.serve.batching import Engine
from nanonet.serve.limits import Refused


@pytest.mark.parametrize("temperature", [0.03, 0.5, 1.0, 7.3])
def test_one_text_gets_the_same_bits_as_many(tmp_path, temperature):
    heat = {"kind": "temperature", "temperature": temperature}
    weights = nano_weights()
    weights["unit"] *= 100
    classifier = load(write_nano(tmp_path / "model", weights, calibration=heat))
    engine = Engine(classifier, 100)
    for text in TEXTS:
        row = asyncio.run(engine.proba([text]))
        assert row.dtype == np.float32
        assert row.tobytes() == classifier.predict_proba([text]).tobytes()


SLOW = {"student": {"kind": "micro"}}


def _classifier():
    """A real scorer which the engine takes for a slow one."""
    return Classifier(CLASSES, NanoScorer(checked(nano_weights()), SPEC), info=SLOW)


class Held:
    """A classifier that waits, in its thread, until it is let go, and notes what it was given."""

    def __init__(self):
        self.real, self.go, self.rounds = _classifier(), threading.Event(), []
        self.info = SLOW

    def predict_proba(self, texts):
        self.rounds.append(list(texts))
        assert self.go.wait(30)
        return self.real.predict_proba(texts)


def test_requests_at_the_same_time_get_the_answers_they_would_get_alone():
    classifier = _classifier()
    asks = [(TEXTS * 9)[: 1 + 7 * i] for i in range(9)]

    async def all_at_once():
        engine = Engine(classifier, 10_000)
        return await asyncio.gather(*map(engine.proba, asks))

    for texts, rows in zip(asks, asyncio.run(all_at_once()), strict=True):
        np.testing.assert_array_equal(rows, classifier.predict_proba(texts))


def test_a_small_request_does_not_wait_for_a_large_one():
    held, order = Held(), []

    async def ask(engine, name, texts):
        await engine.proba(texts)
        order.append(name)

    async def both():
        engine = Engine(held, 10_000)
        large = asyncio.create_task(ask(engine, "large", TEXTS * 50))
        await asyncio.sleep(0)
        small = asyncio.create_task(ask(engine, "small", ["a", "b"]))
        await asyncio.sleep(0)
        held.go.set()
        await asyncio.gather(large, small)
        return engine

    engine = asyncio.run(both())
    assert order == ["small", "large"]
    assert max(map(len, held.rounds)) <= 32
    assert engine.waiting == 0


def test_too_many_are_sent_away_and_whoever_leaves_leaves_nothing_behind():
    held = Held()

    async def crowd():
        engine = Engine(held, 100)
        first = asyncio.create_task(engine.proba(TEXTS * 12))
        await asyncio.sleep(0.05)
        with pytest.raises(Refused, match="too many texts") as refused:
            await engine.proba(TEXTS * 12)
        assert refused.value.status == 503
        first.cancel()
        await asyncio.sleep(0)
        assert engine.waiting == 0
        held.go.set()
        return await engine.proba(["again"])

    assert asyncio.run(crowd()).shape == (1, 3)


def test_a_fault_reaches_everyone_who_waits_and_the_next_is_answered():
    classifier = _classifier()

    async def broken():
        engine = Engine(classifier, 100)
        found = await asyncio.gather(
            engine.proba(["good"]), engine.proba([3]), return_exceptions=True
        )
        assert all(isinstance(one, Exception) for one in found)
        return await engine.proba(["good"])

    np.testing.assert_array_equal(asyncio.run(broken()), classifier.predict_proba(["good"]))


def test_explanations_are_bounded():
    classifier = _classifier()

    async def many():
        engine = Engine(classifier, 100)
        return await asyncio.gather(
            *(engine.explain(TEXTS[0], 3) for _ in range(70)), return_exceptions=True
        )

    found = asyncio.run(many())
    assert found[:64] == [classifier.explain(TEXTS[0], 3)] * 64
    assert [one.status for one in found[64:]] == [503] * 6
