"""The nano scorer against the formula written out, and its explanations against its scores."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _models import CLASSES, SPEC, TEXTS, checked, nano_weights, topic_weights, write_nano
from nanonet.errors import FormatError
from nanonet.runtime import Classifier, NanoScorer, load
from nanonet.runtime import _numpy_table as numpy_table
from nanonet.runtime._keys import KeyIndex
from nanonet.text import featurise, gram_spans, unpack_ids


def by_hand(text: str, weights: dict[str, np.ndarray]) -> list[float]:
    """The documented formula, one n-gram at a time."""
    where = {int(key): row for row, key in enumerate(unpack_ids(weights["keys"]))}
    scales = [(16 + code % 16) * 2 ** (code // 16) for code in weights["scales"].tolist()]
    unit = float(weights["unit"][0])
    ids = [i for i, _ in gram_spans(text, SPEC)]
    rows = [where[i] for i in ids if i in where]
    return [
        float(weights["bias"][c])
        + unit
        * sum(scales[r] * int(weights["rows"][r, c]) for r in rows)
        / math.sqrt(max(1, len(ids)))
        for c in range(len(weights["bias"]))
    ]


def scorer(weights: dict[str, np.ndarray]) -> NanoScorer:
    return NanoScorer(checked(weights), SPEC)


@pytest.mark.parametrize("classes", [2, 3, 40])
def test_logits_follow_the_formula(classes: int) -> None:
    weights = nano_weights(classes=classes)
    texts = [*TEXTS, *[f"{TEXTS[i % 8]} {i}" for i in range(400)]]
    found = scorer(weights).logits(texts)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [by_hand(t, weights) for t in texts], rtol=2e-5, atol=2e-5)


def test_a_score_never_depends_on_the_texts_beside_it() -> None:
    model = scorer(nano_weights())
    texts = [*TEXTS, *[f"{TEXTS[i % 8]} {i}" for i in range(700)]]  # both ways of looking up
    together = model.logits(texts)
    assert np.array_equal(together, np.concatenate([model.logits([t]) for t in texts]))
    assert np.array_equal(together[::-1], model.logits(texts[::-1]))


def test_many_classes_are_scored_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    model = scorer(nano_weights())
    whole = model.logits(TEXTS * 5)
    monkeypatch.setattr(numpy_table, "_NUMBERS_AT_ONCE", 30)
    assert np.array_equal(model.logits(TEXTS * 5), whole)


def test_a_student_that_knows_nothing_gives_its_bias() -> None:
    weights = nano_weights()
    empty = {**weights, **{k: weights[k][:0] for k in ("keys", "rows", "scales")}}
    assert np.array_equal(scorer(empty).logits(TEXTS), np.tile(weights["bias"], (len(TEXTS), 1)))
    assert scorer(empty).evidence(TEXTS[0], 0) == []


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 2**32 - 1), max_size=60), st.lists(st.integers(0, 2**32 - 1)))
def test_keys_are_found_wherever_they_lie(keys: set[int], others: list[int]) -> None:
    table = np.array(sorted(keys), np.uint32)
    index = KeyIndex(table)
    for repeat in (1, 5_000 // (len(keys) + len(others) + 1) + 1):
        ids = np.array([*keys, *others] * repeat, np.uint32)
        positions, known = index.find(ids)
        assert known.tolist() == [int(i) in keys for i in ids]
        assert (table[positions[known]] == ids[known]).all()


def test_crowded_keys_are_found_too() -> None:
    keys = np.arange(7, 30_007, dtype=np.uint32)
    ids = np.arange(0, 40_000, dtype=np.uint32)
    positions, known = KeyIndex(keys).find(ids)
    assert np.array_equal(np.flatnonzero(known), keys)
    assert np.array_equal(positions[known], np.arange(30_000))


def test_explanations_add_up_to_the_logit(tmp_path: Path) -> None:
    model = load(write_nano(tmp_path / "m"))
    for text in TEXTS:
        whole = model.explain(text, top=None)
        logits = model.decision_logits([text])[0]
        assert whole.exact
        assert whole.rest == 0
        assert whole.label == CLASSES[int(logits.argmax())] == model.predict([text])[0]
        assert whole.logit == logits.max()
        assert whole.confidence == model.predict_proba([text])[0].max()
        total = whole.bias + sum(value for _, value in whole.evidence)
        assert total == pytest.approx(whole.logit, abs=1e-5)
        short = model.explain(text, top=2)
        assert short.evidence == whole.evidence[:2]
        total = short.bias + short.rest + sum(value for _, value in short.evidence)
        assert total == pytest.approx(short.logit, abs=1e-5)


def test_leaving_out_the_strongest_word_costs_the_most() -> None:
    words = {"profit": 0, "bank": 0, "goal": 1, "team": 1, "talks": 2, "minister": 2}
    weights = topic_weights(words)
    weights["scales"] = np.arange(len(words), dtype=np.uint8) * 7
    model = Classifier(CLASSES, scorer(weights))
    rng = np.random.default_rng(1)
    vocabulary = [*words, "the", "of", "and"]
    for _ in range(60):
        text = [str(w) for w in rng.permutation(vocabulary)[:6]]
        told = model.explain(" ".join(text))
        if not told.evidence or told.evidence[0][1] <= 0:
            continue
        column = CLASSES.index(told.label)
        left = [" ".join(w for w in text if w != word) for word in text]
        confidences = model.predict_proba(left)[:, column]
        best = told.evidence[0][0]
        assert text[int(confidences.argmin())] == best
        assert confidences.min() < told.confidence


def test_evidence_is_what_a_reader_would_see() -> None:
    model = Classifier(CLASSES, scorer(topic_weights({"goal": 1, "bank": 0})))
    told = model.explain("Goal! The GOAL of the bank?")
    assert told.label == "sport"
    assert [wording for wording, _ in told.evidence] == ["goal", "bank"]
    assert told.evidence[0][1] > 0 > told.evidence[1][1]
    assert told.to_dict()["evidence"][0] == {
        "text": "goal",
        "contribution": pytest.approx(2 / math.sqrt(len(featurise(["g ! t g o t b ?"], SPEC).ids))),
    }


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    good = nano_weights()
    bad = {
        "rows": good["rows"][:, :2].copy(),
        "scales": good["scales"].astype(np.float32),
        "bias": good["bias"][None],
    }
    for name, array in bad.items():
        path = write_nano(tmp_path / name, {**good, name: array})
        with pytest.raises(FormatError, match="student's"):
            load(path)
    wrong = {
        "keys": (good["keys"][:-1], r"packed keys|'rows' is"),
        "rest": (good["keys"].view(np.int8), "not bytes"),
        "scales": (np.full_like(good["scales"], 192), "up to 192; 191 is the highest"),
        "bias": (good["bias"] * np.float32("inf"), "not a finite number"),
        "unit": (good["unit"].repeat(2), "not one float32"),
    }
    wrong["zero"] = (good["unit"] * np.float32(0), "not above 0")
    for name, (array, words) in wrong.items():
        name = {"rest": "keys", "zero": "unit"}.get(name, name)
        path = write_nano(tmp_path / words[:9], {**good, name: array})
        with pytest.raises(FormatError, match=words):
            load(path)
    with pytest.raises(FormatError, match="no array 'scales'"):
        load(write_nano(tmp_path / "less", {k: v for k, v in good.items() if k != "scales"}))
