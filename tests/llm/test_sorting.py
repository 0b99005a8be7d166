"""Votes: candidates, no class at all, sides, and the choice of texts."""

import re

import numpy as np
import pytest

from nanonet.data import ClassSpec
from nanonet.errors import UserError
from nanonet.llm import (
    NONE_OF_THESE,
    Endpoint,
    LLMVotes,
    Perspective,
    Prices,
    Sorting,
    choose,
    dollars,
    estimate,
    top_classes,
)
from nanonet.votes import ABSTAIN


def prompts(endpoint):
    return [[m["content"] for m in r["messages"]] for r in endpoint.requests]


def test_pick_shows_only_the_candidates_in_an_order_of_its_own(endpoint, make_asker):
    classes = [ClassSpec(f"topic{i}", f"About topic{i}.") for i in range(20)]
    texts = [f"words on topic{i} and more" for i in range(10)]
    shown = [[i, (i + 7) % 20, (i + 3) % 20] for i in range(10)]
    votes = LLMVotes(make_asker(), Sorting(candidates=lambda t, c: shown)).vote(texts, classes)
    assert votes.label.tolist() == list(range(10))
    places = set()
    by_text = {u.split("\n[[material")[1]: u for _, u in prompts(endpoint)}
    for i, text in enumerate(texts):
        user = next(u for part, u in by_text.items() if text in part)
        listed = re.findall(r"^(\d): topic(\d+)", user, re.M)
        assert sorted(int(c) for _, c in listed) == sorted(shown[i])
        places.add([int(c) for _, c in listed].index(i))
        assert "topic" not in prompts(endpoint)[0][0]
    assert len(places) > 1  # the likeliest does not always stand first
    schema = endpoint.requests[0]["response_format"]["json_schema"]["schema"]
    assert len(schema["properties"]["name"]["enum"]) == 3


def test_none_of_these_is_an_abstention_with_that_reason(endpoint, make_asker, classes):
    endpoint.manner.answer = lambda *_: {"index": 3, "name": NONE_OF_THESE, "certainty": 90}
    source = LLMVotes(make_asker(), Sorting(or_none=True))
    votes = source.vote(["about nothing"], classes)
    assert votes.label.tolist() == [ABSTAIN]
    assert votes.probability.tolist() == [0.0]
    assert source.why == {(0, "llm"): NONE_OF_THESE}
    assert len(endpoint.events) == 1


def test_every_side_votes_under_its_own_name(endpoint, make_asker, texts, classes):
    sides = (Perspective("tone", "Heed the tone."), Perspective("place", "Heed the place."))
    votes = LLMVotes(make_asker(), Sorting(perspectives=sides)).vote(texts, classes)
    assert votes.sources == ("llm:tone", "llm:place")
    assert len(votes) == 2 * len(texts)
    assert sum("Heed the tone." in system for system, _ in prompts(endpoint)) == len(texts)


def test_certainty_becomes_a_probability_within_bounds(endpoint, make_asker, texts, classes):
    for certainty, probability in ((100, 0.99), (70, 0.7), (0, 1 / 3)):
        endpoint.manner.answer = lambda *_, c=certainty: {
            "index": 0, "name": "Sports", "certainty": c
        }  # fmt: skip
        votes = LLMVotes(make_asker()).vote([f"text {certainty}"], classes)
        assert votes.probability[0] == pytest.approx(probability, abs=1e-6)


def test_examples_are_shown_fenced(endpoint, make_asker, classes):
    sorting = Sorting(examples=(("the cup final", "Sports"),))
    LLMVotes(make_asker(), sorting).vote(["x"], classes)
    assert re.search(r"\[\[material \w+\]\]\nthe cup final\n\[\[end \w+\]\]\nbelongs to: Sports",
                     prompts(endpoint)[0][0])  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    ["[]", "{}", '{"index": true, "name": "Sports", "certainty": 50}', "3",
     '{"index": 0, "name": "sports", "certainty": 50}', '{"index": 0, "name": "Sports"}',
     '{"index": -1, "name": "Business", "certainty": 50}',
     '{"index": 0, "name": "Sports", "certainty": 101}', "null", "", '{"index": 0,'],
)  # fmt: skip
def test_what_only_looks_like_an_answer_is_none(answer, endpoint, make_asker, classes):
    endpoint.manner.answer = lambda *_: answer
    source = LLMVotes(make_asker())
    assert not source.vote(["sports"], classes).cast.any()
    assert len(endpoint.events) == 3


def test_the_estimate_is_not_below_what_is_then_billed(endpoint, make_asker, texts, classes):
    asker, prices = make_asker(), Prices(1.0, 4.0)
    asked = [q for _, _, q in LLMVotes(asker).questions(texts + texts[:4], classes)]
    before = estimate(asker, asked, prices)
    assert (before.questions, before.on_file, before.calls) == (16, 0, 12)
    assert not endpoint.requests  # nothing was sent
    LLMVotes(asker).vote(texts, classes)
    assert before.cost_most / 1e9 >= endpoint.billed(1.0, 4.0) > 0
    assert before.cost / 1e9 == pytest.approx(endpoint.billed(1.0, 4.0), rel=1.0)
    after = estimate(make_asker(), asked, prices)
    assert (after.on_file, after.calls, after.cost) == (16, 0, 0)
    assert "4. give --price" not in after.summary()


@pytest.mark.parametrize("strategy", ["margin", "rad", "difficulty", "random"])
def test_choose_gives_rows_once_and_again_the_same(strategy):
    rng = np.random.default_rng(0)
    table = rng.dirichlet(np.ones(3), 40).astype(np.float32)
    teacher = rng.dirichlet(np.ones(3), 40).astype(np.float32)
    one, two = (
        choose(strategy, 10, table, 40, np.random.default_rng(1), 0.8, teacher) for _ in range(2)
    )
    assert one.tolist() == two.tolist() == sorted(set(one.tolist()))
    assert len(one) == 10
    assert choose(strategy, 99, table, 40, rng, 0.8, teacher).tolist() == list(range(40))
    if strategy == "margin":
        top = np.sort(table, axis=1)
        gap = top[:, -1] - top[:, -2]
        assert gap[one].max() <= np.delete(gap, one).min()
    if strategy != "random":
        with pytest.raises(UserError, match="needs probabilities"):
            choose(strategy, 3, None, 40, rng)


def test_top_classes_are_likeliest_first():
    assert top_classes(np.array([[0.1, 0.6, 0.3]], np.float32), 2) == [[1, 2]]


def test_prices_and_addresses(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://there/v1/")
    assert Endpoint("m").url == "http://there/v1"
    assert Endpoint("m", "http://here/v1").url == "http://here/v1"
    assert Endpoint("m", "http://me:secret@here/v1").place == "http://here/v1"
    monkeypatch.delenv("OPENAI_BASE_URL")
    assert Endpoint("m").url == "https://api.openai.com/v1"
    for bad in ({"read": 1.0}, {"read": -1.0, "written": 1.0}):
        with pytest.raises(UserError, match="price"):
            Prices(**bad)
    assert [dollars(n) for n in (0, 10, 5_000_000, 1_500_000_000)] == [
        "$0.00", "$0.0000000", "$0.0050", "$1.50"
    ]  # fmt: skip
