"""What the gate lets through and what it refuses, and the numbers it does so by."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import nanonet
from _models import CLASSES, topic_weights, write_nano
from nanonet.export import Parity, Timing, compare, measure, objections

WORDS = {"bank": 0, "goal": 1, "geneva": 2}
ASKED = ["the bank", "a goal", "in geneva", "zzz"] * 25


def model(path: Path, words: dict[str, int]) -> nanonet.Classifier:
    calibration = {"kind": "temperature", "temperature": 0.25}
    return nanonet.load(write_nano(path, topic_weights(words), calibration=calibration))


def test_a_model_is_at_par_with_itself(tmp_path: Path) -> None:
    one = model(tmp_path / "a", WORDS)
    same = compare(one, one, ASKED)
    assert same == Parity(100, 0.0, 1.0, 0.0)
    assert objections(same) == ()


def test_a_disagreement_counts_by_how_sure_both_were(tmp_path: Path) -> None:
    one, other = model(tmp_path / "a", WORDS), model(tmp_path / "b", {**WORDS, "bank": 1})
    found = compare(one, other, ASKED)
    # As sure of the other answer as the source was of its own: nobody knows who is right.
    assert found.believed_loss == pytest.approx(0, abs=1e-6)
    assert found.agreement == pytest.approx(0.75)
    assert "agrees on only 75.0% of 100 texts" in objections(found)[0]


def test_a_form_that_grew_unsure_loses_what_it_doubts(tmp_path: Path) -> None:
    one = model(tmp_path / "a", WORDS)
    other = model(tmp_path / "b", {word: c for word, c in WORDS.items() if word != "bank"})
    found = compare(one, other, ["the bank"])
    mean = (one.predict_proba(["the bank"])[0] + other.predict_proba(["the bank"])[0]) / 2
    ours, theirs = one.predict(["the bank"])[0], other.predict(["the bank"])[0]
    wanted = mean[CLASSES.index(ours)] - mean[CLASSES.index(theirs)]
    assert found.believed_loss == pytest.approx(float(wanted), abs=1e-6)
    lossy = Parity(100, 0.1, 0.95, 0.02)
    assert "2.00 points less accurate by the models' own" in objections(lossy)[0]


def test_labels_decide_where_there_are_some(tmp_path: Path) -> None:
    one, other = model(tmp_path / "a", WORDS), model(tmp_path / "b", {**WORDS, "bank": 1})
    truth = [CLASSES[c] for c in (1, 1, 2, 0)] * 25  # by these the changed form is the better one
    found = compare(one, other, ASKED, truth)
    assert found.accuracy == (0.75, 1.0)
    assert objections(found) == ()
    worse = compare(other, one, ASKED, truth)
    assert "25.00 points less accurate on the labels given" in objections(worse)[0]


def test_slower_is_refused_and_a_little_noise_is_not() -> None:
    fine = Parity(100, 0.1, 1.0, 0.0)
    clock = Timing(100.0, 110.0, 200.0, 10_000.0, 100)
    assert objections(fine, clock, dataclasses.replace(clock, us=104.0)) == ()
    (said,) = objections(fine, clock, dataclasses.replace(clock, us=180.0))
    assert "180 µs a text instead of 100 (1.80 times as long)" in said


def test_times_are_of_every_model_and_make_sense(tmp_path: Path) -> None:
    found = measure({"a": model(tmp_path / "a", WORDS)}, ["a goal " * 50] * 64)["a"]
    assert found.texts == 64
    assert 0 < found.us < 1e5
    assert found.p50_us <= found.p99_us
    assert found.per_s == pytest.approx(1e6 / found.us, rel=1e-2)
    assert np.isfinite(list(found.to_dict().values())).all()
