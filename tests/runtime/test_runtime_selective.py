"""Leaving answers out: by a number, by class, and by what a model promises."""

from __future__ import annotations

import pytest

import nanonet
from _models import CLASSES, TEXTS, write_nano
from nanonet.decide import Promise
from nanonet.errors import FormatError, UserError

ONE = {"max_error": 0.05, "threshold": 0.9, "coverage": 0.4, "kept": 70, "wrong": 0}
TWO = {"max_error": 0.1, "threshold": 0.6, "coverage": 0.8, "kept": 120, "wrong": 6}
BLOCK = {
    "level": 0.95,
    "labels": 150,
    "promises": [ONE, TWO],
    "classes": {"sport": {"labels": 40, "promises": [{**TWO, "threshold": 0.5}]}},
}


@pytest.fixture
def model(tmp_path):
    return nanonet.load(write_nano(tmp_path / "model", thresholds=BLOCK))


def test_an_answer_that_is_not_sure_enough_is_none(model):
    proba, labels = model.predict_proba(TEXTS), model.predict(TEXTS)
    middle = float(sorted(proba.max(axis=1))[4])
    found = model.predict(TEXTS, abstain=middle)
    assert found == [
        label if sure >= middle else None
        for label, sure in zip(labels, proba.max(axis=1), strict=True)
    ]
    assert found.count(None) == 4
    assert model.predict(TEXTS, abstain=0.0) == labels
    assert model.predict([], abstain=0.5) == []
    strict = {CLASSES[0]: 1.0}
    assert [a is None for a in model.predict(TEXTS, abstain=strict)] == [
        label == CLASSES[0] and sure < 1.0
        for label, sure in zip(labels, proba.max(axis=1), strict=True)
    ]


def test_a_promise_is_the_one_that_answers_most(model):
    assert model.promise(0.05) == Promise(**ONE, level=0.95)
    assert model.promise(0.07) == model.promise(0.05)
    assert model.promise(0.5) == Promise(**TWO, level=0.95)
    of_one = model.promise(0.1, label="sport")
    assert (of_one.threshold, of_one.label) == (0.5, "sport")
    assert model.predict(TEXTS, abstain=of_one) == model.predict(TEXTS, abstain={"sport": 0.5})
    assert "at most 0.05 wrong, with 95% confidence" in str(model.promise(0.05))


def test_each_class_is_answered_by_its_own_promise_and_else_not_at_all(model):
    each = model.promise_each(0.1)
    assert {name: one and one.threshold for name, one in each.items()} == {
        name: 0.5 if name == "sport" else None for name in CLASSES
    }
    proba, labels = model.predict_proba(TEXTS), model.predict(TEXTS)
    assert model.predict(TEXTS, abstain=each) == [
        label if label == "sport" and sure >= 0.5 else None
        for label, sure in zip(labels, proba.max(axis=1), strict=True)
    ]
    with pytest.raises(UserError, match="of any class by itself"):
        model.promise_each(0.01)


def test_what_cannot_be_promised_is_said(model, tmp_path):
    cases = [
        (model, 0.01, None, "the least that can be is 0.05"),
        (model, 0.05, "sport", "of the answers 'sport' by 150 hidden labels"),
        (model, 0.05, "chess", "the model has no class 'chess'"),
        (model, 5, None, "must be a share above 0 and below 1"),
        (few(tmp_path, 40), 0.05, None, "takes at least 59 hidden labels .* there were 40"),
        (few(tmp_path, 400), 0.05, None, "too many of the surest of 400 hidden labels"),
        (few(tmp_path, 0), 0.05, None, "keeps no answers to hidden labels"),
    ]
    for model_, error, label, said in cases:
        with pytest.raises(UserError, match=said):
            model_.promise(error, label=label)


def few(folder, labels):
    block = {"level": 0.95, "labels": labels, "promises": []}
    return nanonet.load(write_nano(folder / str(labels), thresholds=block))


def test_wrong_thresholds_are_refused(model, tmp_path):
    for wrong, said in [(1.5, "a number from 0 to 1"), ({"chess": 0.5}, "class 'chess'")]:
        with pytest.raises(UserError, match=said):
            model.predict(TEXTS, abstain=wrong)
    block = {"level": 0.95, "labels": 9, "promises": [{"max_error": 0.1}]}
    damaged = nanonet.load(write_nano(tmp_path / "damaged", thresholds=block))
    with pytest.raises(FormatError, match="thresholds are damaged"):
        damaged.promise(0.1)
