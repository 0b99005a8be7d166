"""Evidence on words: it adds up, it falls on the right places, and it tells what matters."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from _models import SPEC, TEXTS, topic_weights, write_nano
from nanonet import load
from nanonet.runtime import words_of
from nanonet.text import gram_spans


def test_a_phrase_is_shared_among_its_words_and_its_places():
    text = "Good, not good: NOT BAD"
    words = words_of(text, [("not", 0.4), ("<start> good", 1.0), ("not bad", 2.0), ("gone", 9.0)])
    found = {text[w.start : w.end]: round(w.value, 6) for w in words}
    assert found == {"Good": 0.5, ",": 0, "not": 0.2, "good": 0.5, ":": 0, "NOT": 1.2, "BAD": 1.0}


def test_scripts_without_blanks_and_curly_apostrophes():
    text = "股市 don’t"
    words = words_of(text, [("don't", 1.0), ("股市", 1.0), ("市", -0.5)])
    found = [(text[w.start : w.end], w.value) for w in words]
    assert found == [("股", 0.5), ("市", 0.0), ("don’t", 1.0)]


@pytest.mark.parametrize("text", [t for t in TEXTS if t.isascii() and t])
def test_nothing_of_nano_evidence_is_lost_on_plain_texts(text):
    evidence = [(wording, 1.0) for _, wording in gram_spans(text, SPEC)]
    total = sum(word.value for word in words_of(text, evidence))
    # the text's two ends are the only n-grams with a word that is not in the text, and count too
    assert total == pytest.approx(len(evidence))


@given(st.text(max_size=40), st.lists(st.tuples(st.text(max_size=8), st.floats(-9, 9)), max_size=4))
def test_any_text_and_any_evidence(text, evidence):
    words = words_of(text, evidence)
    assert all(text[w.start : w.end].strip() and np.isfinite(w.value) for w in words)
    assert all(a.end <= b.start for a, b in pairwise(words))


def test_leaving_out_the_word_that_told_changes_the_answer_most(tmp_path):
    model = load(write_nano(tmp_path / "m", topic_weights({"goal": 1, "team": 1, "bank": 0})))
    text = "the bank of the team saw a goal"
    found = model.explain(text, top=None)
    words = words_of(text, found.evidence)
    column = model.classes_.index(found.label)

    def left(word):
        return model.predict_proba([text[: word.start] + text[word.end :]])[0, column]

    ranked = sorted(words, key=lambda word: -word.value)
    assert {text[w.start : w.end] for w in ranked[:2]} == {"goal", "team"}
    assert left(ranked[0]) < left(ranked[3]) < left(ranked[-1])
