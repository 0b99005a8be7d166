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


def test_disagreements_are_weighed_by_how_sure_the_source_was(tmp_path: Path) -> None:
    one, other = model(tmp_path / "a", WORDS), model(tmp_path / "b", {**WORDS, "bank": 1})
    found = compare(one, other, ASKED)
    proba = one.predict_proba(["the bank"])[0]
    assert found.agreement == pytest.approx(0.75)
    assert found.believed_loss == pytest.approx(0.25 * (proba[0] - proba[1]), rel=1e-5)
    assert "25.00 points" not in objections(found)[0]
    assert (
        f"{100 * found.believed_loss:.2f} points less accurate by the model's own"
        in (objections(found)[0])
    )


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
