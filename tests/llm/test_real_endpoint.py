"""The protocol end to end with a real model, real tokens and a real constrained decoder."""

import json

import pytest

from _tiny_llm import RealEndpoint
from nanonet.errors import UserError
from nanonet.llm import (
    Limits,
    LLMVotes,
    Sorting,
    attribute_readings,
    describe_classes,
    generate,
    write_concept,
)


@pytest.fixture(scope="module")
def real():
    for name in ("openai", "torch", "transformers", "tokenizers", "llguidance"):
        pytest.importorskip(name, reason="a real endpoint needs the train, llm and dev extras")
    with RealEndpoint() as server:
        yield server


def test_every_text_gets_a_vote_or_an_abstention_and_tokens_are_counted(
    real, make_asker, texts, classes
):
    asker = make_asker(url=real.url, timeout_s=60.0, concurrency=1)  # one order of the draws
    source = LLMVotes(asker, Sorting())
    votes = source.vote(texts, classes)
    assert len(votes) == len(texts)
    assert set(source.why) == {(i, "llm") for i in range(12) if not votes.cast[i]}
    assert votes.cast.any()  # random weights agree with themselves now and then
    allowed = {"number and name of the class disagree", "answer cut off"}
    assert set(asker.ledger.faults) <= allowed  # the decoder lets nothing else through
    assert [asker.ledger.tokens_in, asker.ledger.tokens_out] == real.tokens
    assert (
        asker.ledger.cost
        == asker.ledger.job.spent
        == real.tokens[0] * 1000 + sum(4000 for _ in range(real.tokens[1]))
    )
    assert asker.ledger.job.in_doubt == 0
    calls = len(real.bodies)
    again = LLMVotes(make_asker(url=real.url)).vote(texts, classes)
    assert again.label.tolist() == votes.label.tolist()
    assert len(real.bodies) == calls


def test_what_is_put_aside_covers_what_a_real_tokeniser_counts(real, make_asker, classes):
    body = "ünïcödé 🙂 ﷽ \x00 text " * 20
    asker = make_asker(url=real.url, timeout_s=60.0, limits=Limits(budget=30_000_000))
    LLMVotes(asker).vote([body, "plain"], classes)
    sent = real.bodies[-1]
    read = len(real.model.tokenizer(json.dumps(sent["messages"]))["input_ids"])
    assert read > 500
    assert asker.ledger.job.spent <= 30_000_000


@pytest.mark.slow
def test_the_other_questions_have_schemas_that_a_decoder_takes(real, make_asker, classes):
    asker = make_asker(url=real.url, timeout_s=60.0)
    described = describe_classes(asker, classes[:1] + classes[1:2])
    assert len(described) == 2
    generate(asker, classes, [0], 1)
    try:
        concept = write_concept(asker, "Complaints.")
    except UserError:  # random letters may never close a list within the room
        pass
    else:
        readings, _ = attribute_readings(asker, concept, ["a text"])
        assert readings.shape == (1, len(concept.attributes))
    forms = {b["response_format"]["type"] for b in real.bodies}
    assert forms == {"json_schema"}
    assert set(asker.ledger.faults) <= {
        "answer cut off", "answer of another form", "no text in the answer",
        "a concept without a name or an attribute",
    }  # fmt: skip
