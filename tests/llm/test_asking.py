"""Every kind of fault, what it costs, and that nothing is asked or paid twice."""

import threading
import time
from collections import Counter
from email.utils import formatdate

import pytest
from bench.llm_endpoint import KINDS, words_answer

from nanonet.errors import UserError
from nanonet.llm import NANO, Limits, LLMVotes, Prices, Sorting
from nanonet.votes import ABSTAIN

PRICES = (1.0, 4.0)


def kinds(endpoint):
    return Counter(event.kind for event in endpoint.events)


def paid(account):
    return (account.spent + account.doubtful) / NANO


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "slow"])
def test_a_fault_now_and_then_is_got_over_and_the_bill_is_covered(
    kind, endpoint, make_asker, texts, classes
):
    endpoint.manner.share, endpoint.manner.kinds, endpoint.manner.seed = 0.4, (kind,), 3
    asker = make_asker()
    votes = LLMVotes(asker).vote(texts, classes)
    assert kinds(endpoint)[kind] >= 2  # or nothing would be shown here
    assert len(votes) == len(texts)
    cast = votes.cast
    assert votes.label[cast].tolist() == [i % 3 for i in range(12) if cast[i]]
    assert cast.sum() + sum(asker.ledger.abstentions.values()) == len(texts)
    assert cast.sum() >= 10
    assert paid(asker.ledger.job) >= endpoint.billed(*PRICES) > 0
    assert sum(asker.ledger.faults.values()) == kinds(endpoint)[kind]
    if kind != "cut":
        assert asker.ledger.job.spent / NANO == pytest.approx(endpoint.billed(*PRICES), rel=1e-6)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("refusal", "refused to answer"),
        ("no such label", "names a class that is not there"),
        ("disagree", "number and name of the class disagree"),
        ("truncated", "answer cut off"),
        ("prose", "no JSON in the answer"),
    ],
)
def test_an_answer_of_no_use_is_asked_for_three_times_then_an_abstention_is_on_file(
    kind, why, endpoint, make_asker, texts, classes
):
    endpoint.manner.share, endpoint.manner.kinds = 1.0, (kind,)
    source = LLMVotes(make_asker())
    votes = source.vote(texts[:2], classes)
    assert votes.label.tolist() == [ABSTAIN, ABSTAIN]
    assert source.why == {(0, "llm"): why, (1, "llm"): why}
    assert len(endpoint.events) == 6
    assert votes.cost.sum() == pytest.approx(endpoint.billed(*PRICES))
    endpoint.manner.share = 0.0
    again = LLMVotes(make_asker()).vote(texts[:2], classes)
    assert again.label.tolist() == [ABSTAIN, ABSTAIN]
    assert len(endpoint.events) == 6  # nothing was paid again


def test_retries_are_warmer_and_a_cut_answer_gets_more_room(endpoint, make_asker, texts, classes):
    endpoint.manner.share, endpoint.manner.kinds = 1.0, ("truncated",)
    LLMVotes(make_asker()).vote(texts[:1], classes)
    sent = endpoint.requests
    assert [r["temperature"] for r in sent] == pytest.approx([0.0, 0.2, 0.4])
    first = sent[0]["max_tokens"]
    assert [r["max_tokens"] for r in sent] == [first, 2 * first, 4 * first]


def test_a_slow_answer_is_given_up_and_counts_as_paid(endpoint, make_asker, texts, classes):
    endpoint.manner.share, endpoint.manner.kinds = 1.0, ("slow",)
    endpoint.manner.slow_s = 1.0
    asker = make_asker(timeout_s=0.2)
    with pytest.raises(UserError, match="timed out"):
        LLMVotes(asker).vote(texts[:1], classes)
    time.sleep(1.2)
    assert asker.ledger.job.in_doubt == len(endpoint.events) == 3
    assert paid(asker.ledger.job) >= endpoint.billed(*PRICES) > 0


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured_by_all_threads(form, endpoint, make_asker, texts, classes):
    manner = endpoint.manner
    manner.kinds, manner.delay_s = ("429",), 0.05  # so slow that the news comes before the answers
    dated = form == "date"  # whole seconds: 2 from now is at least 1
    manner.retry_after = lambda: formatdate(time.time() + 2, usegmt=True) if dated else "1.0"

    def answer(system, user, schema):
        if not kinds(endpoint)["429"]:  # the lone first question is answered; then trouble begins
            manner.share = 1.0
        return words_answer(system, user, schema)

    def calm():
        while not kinds(endpoint)["429"]:
            time.sleep(0.002)
        manner.share = 0.0

    manner.answer = answer
    calming = threading.Thread(target=calm)
    calming.start()
    votes = LLMVotes(make_asker(concurrency=3)).vote(texts, classes)
    calming.join()
    assert votes.cast.all()
    told = min(e.at for e in endpoint.events if e.kind == "429")
    # Two a thread at most: one on its way, one begun before the news; ten would without waiting.
    assert sum(told <= e.at < told + 0.75 for e in endpoint.events) <= 6


def test_an_endpoint_that_asks_for_an_hour_is_come_back_to(endpoint, make_asker, texts, classes):
    endpoint.manner.share, endpoint.manner.kinds = 1.0, ("429",)
    endpoint.manner.retry_after = "3600"
    with pytest.raises(UserError, match=r"asks to wait 3,600 s; run the same command again"):
        LLMVotes(make_asker()).vote(texts, classes)


def test_equal_texts_are_asked_once_and_cost_once(endpoint, make_asker, classes):
    votes = LLMVotes(make_asker()).vote(["sports day"] * 3 + ["world news"], classes)
    assert votes.label.tolist() == [0, 0, 0, 1]
    assert len(endpoint.events) == 2
    assert votes.cost.sum() == pytest.approx(endpoint.billed(*PRICES))
    assert (votes.cost[1:3] == 0).all()


def test_everything_an_answer_depends_on_makes_it_another_question(
    endpoint, make_asker, texts, classes
):
    LLMVotes(make_asker()).vote(texts[:1], classes)
    endpoint.manner.models = ("scripted", "other")
    for change in (
        LLMVotes(make_asker(model="other")),
        LLMVotes(make_asker(), Sorting(or_none=True)),
        LLMVotes(make_asker(), Sorting(examples=((texts[5], "Business"),))),
    ):
        before = len(endpoint.events)
        change.vote(texts[:1], classes)
        assert len(endpoint.events) == before + 1
    LLMVotes(make_asker()).vote(texts[:1], classes[::-1])
    assert len(endpoint.events) == before + 2
    LLMVotes(make_asker(concurrency=1, job="another")).vote(texts[:1], classes)
    assert len(endpoint.events) == before + 2


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_the_budget_is_never_passed_and_a_larger_one_goes_on(
    share, endpoint, make_asker, texts, classes
):
    endpoint.manner.share = share
    endpoint.manner.kinds = ("500", "cut", "refusal", "truncated", "no such label")
    budget = int(0.004 * NANO)
    asker = make_asker(limits=Limits(budget=budget), concurrency=8)
    votes = LLMVotes(asker).vote(texts, classes)
    left = asker.ledger.abstentions["budget used up"]
    assert 0 < left < len(texts)
    assert votes.cast.sum() + sum(asker.ledger.abstentions.values()) == len(texts)
    assert endpoint.billed(*PRICES) <= paid(asker.ledger.job) <= 0.004
    again = make_asker(limits=Limits(budget=budget))
    LLMVotes(again).vote(texts, classes)
    assert endpoint.billed(*PRICES) <= paid(again.ledger.job) <= 0.004
    more = make_asker(limits=Limits(budget=NANO))
    votes = LLMVotes(more).vote(texts, classes)
    assert votes.cast.sum() >= 10
    assert more.ledger.cache_hits >= len(texts) - left


def test_calls_can_be_limited_without_prices(endpoint, make_asker, texts, classes):
    asker = make_asker(limits=Limits(max_calls=5), prices=Prices())
    votes = LLMVotes(asker).vote(texts, classes)
    assert (votes.cast.sum(), len(endpoint.events)) == (5, 5)
    assert asker.ledger.to_dict()["cost"] is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"limits": Limits(budget=1000)}, r"\$0.0000010 does not cover one call, which may cost"),
        ({"limits": Limits(budget=NANO), "prices": Prices()}, "needs prices"),
        ({"url": "http://127.0.0.1:1/v1"}, "no answer .not reached."),
        ({"url": "nonsense"}, "is no address of an endpoint"),
        ({"model": "other"}, "no model 'other' is served there"),
        ({"key": "wrong"}, "the key was refused"),
    ],
)
def test_what_no_call_can_get_right_is_one_sentence(
    settings, said, endpoint, make_asker, texts, classes
):
    endpoint.manner.keys = ("k",)
    with pytest.raises(UserError, match=said) as caught:
        LLMVotes(make_asker(**settings)).vote(texts, classes)
    assert "\n" not in str(caught.value)
    assert len(endpoint.requests) <= 1


def test_without_a_key_it_says_which_variable(endpoint, make_asker, texts, classes, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UserError, match="set OPENAI_API_KEY or give --key"):
        LLMVotes(make_asker(key=None)).vote(texts, classes)
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert LLMVotes(make_asker(key=None)).vote(texts, classes).cast.all()


@pytest.mark.parametrize("forms", [("json_object", "text"), ("text",)])
def test_an_endpoint_without_structured_outputs_is_shown_the_schema(
    forms, endpoint, make_asker, texts, classes
):
    endpoint.manner.forms = forms
    asker = make_asker()
    votes = LLMVotes(asker).vote(texts, classes)
    assert votes.label.tolist() == [i % 3 for i in range(12)]
    assert "json_schema is not supported" in asker.notes[0]
    assert (
        '"enum": ["Sports", "World", "Business"]' in endpoint.requests[-1]["messages"][0]["content"]
    )
    refused = sum(e.kind == "refused" for e in endpoint.events)
    assert refused == 3 - len(forms)  # found out once, by the first question


def test_options_that_an_endpoint_does_not_know_are_left_out(endpoint, make_asker, texts, classes):
    endpoint.manner.refuses = ("max_tokens", "temperature")
    asker = make_asker()
    assert LLMVotes(asker).vote(texts, classes).cast.all()
    assert len(asker.notes) == 2
    assert "max_completion_tokens" in endpoint.requests[-1]


def test_an_endpoint_that_goes_away_stops_the_run_and_keeps_what_was_paid(
    endpoint, make_asker, classes
):
    many = [f"world news {i}" for i in range(60)]
    LLMVotes(make_asker()).vote(many[:10], classes)
    endpoint.manner.share, endpoint.manner.kinds = 1.0, ("500",)
    with pytest.raises(UserError, match=r"no answer .error 500."):
        LLMVotes(make_asker(first_wait_s=0.001)).vote(many, classes)
    endpoint.manner.share = 0.0
    asker = make_asker()
    assert LLMVotes(asker).vote(many, classes).cast.all()
    assert asker.ledger.cache_hits == 10


def test_a_missing_extra_is_named(make_asker, texts, classes, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(UserError, match=r"pip install 'nanonet\[llm\]'"):
        LLMVotes(make_asker()).vote(texts, classes)
