"""The rule over attributes, what a person's word changes, and which texts are worth asking."""

import numpy as np
import pytest

from nanonet.errors import UserError
from nanonet.llm import Concept, borderline, concept_question, concept_votes, judge, write_concept
from nanonet.llm.concept import IN, OUT
from nanonet.votes import ABSTAIN

CONCEPT = Concept("threat", "Letters that threaten.", ("leaves", "warns"), ("jokes",))
YES, NO, MAYBE = 1.0, 0.0, 0.5


def readings(*rows):
    return np.array(rows, np.float64)


def test_one_including_and_no_excluding_attribute():
    table = readings(
        (YES, NO, NO), (NO, NO, NO), (NO, YES, YES), (MAYBE, NO, NO), (YES, YES, MAYBE),
        (MAYBE, NO, MAYBE), (np.nan, np.nan, np.nan),
    )  # fmt: skip
    judged = judge(CONCEPT, table)
    assert judged.label.tolist() == [IN, OUT, OUT, ABSTAIN, ABSTAIN, OUT, ABSTAIN]
    votes = concept_votes(judged, [0.25] * 7)
    assert votes.probability.tolist() == pytest.approx([0.95, 0.95, 0.95, 0, 0, 0.75, 0])
    assert votes.cost.sum() == 1.75


def test_an_attribute_that_misleads_is_dropped_and_no_more_than_needed():
    table = readings((YES, NO, NO), (NO, YES, NO), (NO, YES, NO), (NO, NO, NO))
    judged = judge(CONCEPT, table, {0: True, 1: False})
    assert judged.kept == (True, False, True)
    assert judged.label.tolist() == [IN, OUT, OUT, OUT]
    assert not judged.held.any()
    assert judge(CONCEPT, table, {0: True, 1: True}).kept == (True, True, True)


def test_where_no_rule_fits_the_word_holds_for_texts_read_alike():
    table = readings((NO, NO, NO), (NO, NO, NO), (YES, NO, NO))
    judged = judge(CONCEPT, table, {0: True})
    assert judged.label.tolist() == [IN, IN, IN]
    assert judged.held.tolist() == [True, True, False]
    torn = judge(CONCEPT, table, {0: True, 1: False})
    assert torn.label.tolist()[:2] == [IN, OUT]
    votes = concept_votes(torn, [0.0] * 3, {0: True, 1: False})
    person = votes.of_source("person")
    assert (person.doc.tolist(), person.label.tolist()) == ([0, 1], [IN, OUT])
    assert person.probability.tolist() == [1.0, 1.0]


def test_the_texts_shown_stand_for_most_others_and_turn_on_most_attributes():
    table = readings(*[(MAYBE, NO, NO)] * 5, *[(YES, YES, YES)] * 2, *[(YES, YES, NO)] * 9,
                     (np.nan,) * 3)  # fmt: skip
    judged = judge(CONCEPT, table)
    shown = borderline(judged, table, 9)
    assert [(b.row, b.same, b.tips) for b in shown] == [
        (0, 5, ("leaves", "warns", "jokes")),
        (7, 9, ("jokes",)),
        (5, 2, ("jokes",)),
    ]
    assert borderline(judged, table, 1) == shown[:1]
    settled = judge(CONCEPT, table, {0: True})
    assert 0 not in [b.row for b in borderline(settled, table, 9)]


def test_a_sentence_becomes_a_definition_or_one_sentence_of_regret(endpoint, make_asker):
    endpoint.manner.answer = lambda system, user, schema: {
        "name": " a  threat ", "include": ["x", "x", " "], "exclude": [f"e{i}" for i in range(9)]
    }  # fmt: skip
    concept = write_concept(make_asker(), "Letters.")
    assert (concept.name, concept.include, len(concept.exclude)) == ("a threat", ("x",), 6)
    with pytest.raises(UserError, match="sentence about the concept is empty"):
        concept_question("  ")
    endpoint.manner.answer = lambda *_: {"name": "n", "include": [], "exclude": []}
    with pytest.raises(UserError, match="made no definition"):
        write_concept(make_asker(), "Other letters.")
