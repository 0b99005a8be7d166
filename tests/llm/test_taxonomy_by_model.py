"""Classes written by a language model, batch by batch, against a scripted endpoint."""

import pytest

from nanonet.errors import UserError
from nanonet.pipeline import TaxonomySettings, taxonomy_questions, write_taxonomy

TEXTS = [f"note {i} on subject {'abcdefghij'[i % 10]} by writer {i * 7919}" for i in range(100)]
PLAN = TaxonomySettings(most=4, batches=3, size=20, about="notes")


def table(*names):
    return {"classes": [{"name": name, "description": f"About {name}."} for name in names]}


def test_a_table_is_refined_batch_by_batch(endpoint, make_asker):
    def answer(system, user, schema):
        return table("A", "B", "C") if "The table:\n- A: About A." in user else table("A", "B")

    endpoint.manner.answer = answer
    specs = write_taxonomy(make_asker(), TEXTS, PLAN)
    assert [spec.name for spec in specs] == ["A", "B", "C"]
    asked = [request["messages"] for request in endpoint.requests]
    assert len(asked) == 3
    assert "The texts are: notes" in asked[0][0]["content"]
    assert all("[[material " in messages[1]["content"] for messages in asked)
    seen = [line for messages in asked for line in messages[1]["content"].split("\n")
            if line.startswith("note ")]  # fmt: skip
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize(
    "bad", [table(*"ABCDE"), table("A"), {"classes": "A, B"}, {"classes": [{"name": "A"}]}]
)
def test_a_table_over_the_cap_or_out_of_form_is_not_taken(endpoint, make_asker, bad):
    endpoint.manner.answer = lambda system, user, schema: (
        bad if "The table:" in user else table("A", "B")
    )
    specs = write_taxonomy(make_asker(), TEXTS, PLAN)
    assert [spec.name for spec in specs] == ["A", "B"]
    endpoint.manner.answer = lambda *_: bad
    with pytest.raises(UserError, match="no table of classes"):
        write_taxonomy(make_asker(model="scripted", job="other"), TEXTS[:60], PLAN)


def test_a_second_run_costs_nothing(endpoint, make_asker):
    endpoint.manner.answer = lambda *_: table("A", "B")
    first = write_taxonomy(make_asker(), TEXTS, PLAN)
    calls = len(endpoint.requests)
    assert write_taxonomy(make_asker(), TEXTS, PLAN) == first
    assert len(endpoint.requests) == calls == len(taxonomy_questions(TEXTS, PLAN))


def test_too_few_texts(make_asker):
    with pytest.raises(UserError, match="only 5 different texts; at least 20"):
        write_taxonomy(make_asker(), TEXTS[:5], PLAN)
