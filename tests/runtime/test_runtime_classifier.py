"""Classifier and load: shapes, types, chunks, and manifests that this version cannot serve."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nanonet
from _models import CLASSES, SPEC, TEXTS, nano_weights, write_nano
from nanonet.errors import FormatError, UserError
from nanonet.runtime import scorer as scorer_module


@pytest.fixture
def model(tmp_path: Path) -> nanonet.Classifier:
    return nanonet.load(write_nano(tmp_path / "m"))


def test_probabilities_are_the_tempered_softmax(model: nanonet.Classifier) -> None:
    probabilities, logits = model.predict_proba(TEXTS), model.decision_logits(TEXTS)
    assert probabilities.dtype == logits.dtype == np.float32
    assert probabilities.shape == logits.shape == (len(TEXTS), 3)
    expected = np.exp(logits.astype(float) / 0.5)
    np.testing.assert_allclose(probabilities, expected / expected.sum(1, keepdims=True), rtol=1e-5)
    assert model.predict(TEXTS) == [CLASSES[i] for i in probabilities.argmax(1)]
    assert model.classes_ == CLASSES
    assert model.info["student"]["kind"] == "nano"
    assert "3 classes" in repr(model)


def test_huge_logits_do_not_overflow(tmp_path: Path) -> None:
    weights = nano_weights()
    weights["bias"] = np.array([3e4, -3e4, 0], np.float32)
    model = nanonet.load(write_nano(tmp_path / "m", weights))
    assert np.isfinite(model.predict_proba(TEXTS)).all()


def test_no_texts_give_empty_answers_of_the_right_shape(model: nanonet.Classifier) -> None:
    assert model.predict([]) == []
    assert model.predict_proba([]).shape == (0, 3)
    assert model.decision_logits(()).dtype == np.float32


def test_an_empty_text_gets_an_answer(model: nanonet.Classifier) -> None:
    assert model.predict([""])[0] in CLASSES
    assert model.explain("").label == model.predict([""])[0]


def test_any_iterable_of_strings_will_do(model: nanonet.Classifier) -> None:
    expected = model.predict(TEXTS)
    for texts in (tuple(TEXTS), iter(TEXTS), (t for t in TEXTS), np.array(TEXTS)):
        assert model.predict(texts) == expected


def test_chunks_leave_no_seam(model: nanonet.Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{TEXTS[i % len(TEXTS)]} {i}" for i in range(101)]
    whole = model.predict_proba(texts)
    monkeypatch.setattr(scorer_module, "CHUNK", 10)
    assert np.array_equal(model.predict_proba(texts), whole)


def test_what_is_no_list_of_strings_is_refused(model: nanonet.Classifier) -> None:
    for method in (model.predict, model.predict_proba, model.decision_logits):
        with pytest.raises(UserError, match=r"one string .*\[text\]"):
            method("a text")
        with pytest.raises(UserError, match=r"text 2 .*float, nan"):
            method(["a", "b", float("nan")])
    with pytest.raises(UserError, match="one string, not a list"):
        model.explain(["a"])
    with pytest.raises(UserError, match="top is -1"):
        model.explain("a", top=-1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"task": "ranking"}, "task 'ranking'.*upgrade"),
        ({"student": {"kind": "pico"}}, "student 'pico'.*upgrade"),
        ({"student": {"kind": "nano"}}, "no version"),
        ({"student": {"kind": "nano", "featuriser": {"version": 9}}}, "version 9.*upgrade"),
        ({"calibration": {"kind": "spline"}}, "calibration 'spline'.*upgrade"),
        ({"calibration": {"kind": "temperature"}}, "temperature is None"),
        ({"calibration": {"kind": "temperature", "temperature": 0.0}}, "above 0"),
        ({"classes": ["a", "b"]}, "2 classes and its student scores 3"),
        ({"classes": ["a"]}, "fewer than two"),
        ({"classes": ["a", "b", "a"]}, "different names"),
        ({"student": {"kind": "micro", "max_tokens": 256}}, r"no encoder\.onnx"),
        ({"student": {"kind": "micro"}}, "max_tokens"),
    ],
)
def test_models_that_cannot_be_served_are_refused(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(FormatError, match=words):
        nanonet.load(write_nano(tmp_path / "m", **changes))


def test_an_artefact_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    first, second = write_nano(tmp_path / "a"), write_nano(tmp_path / "b")
    names = sorted(p.name for p in first.iterdir())
    assert names == sorted(p.name for p in second.iterdir())
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes()
    one, two = nanonet.load(first), nanonet.load(second)
    assert np.array_equal(one.predict_proba(TEXTS), two.predict_proba(TEXTS))
    assert one.info["student"]["featuriser"] == SPEC.to_dict()
