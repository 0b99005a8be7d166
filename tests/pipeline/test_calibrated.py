"""The calibration of a fit's students: by the pool, by labels, and kept by the folder."""

from __future__ import annotations

import numpy as np
import pytest

import nanonet
from _corpus import labelled, pool
from nanonet.learn import softmax
from nanonet.pipeline.calibrated import (
    Said,
    calibrate,
    calibration_fact,
    held_by_nano,
    tempered,
)
from nanonet.pipeline.scaling import Held


def drawn(n, classes=3, seed=0):
    """Scores, and labels that follow them but for a skew of the classes."""
    rng = np.random.default_rng(seed)
    scores = 2.5 * rng.normal(size=(n, classes))
    y = (softmax(scores.astype(np.float32)).cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    return (scores * [2.0, 1.0, 0.5] - [2.0, 0.0, -2.0]).astype(np.float32), y


def held(n, seed=0):
    logits, y = drawn(n, seed=seed)
    return Held(logits, y, np.ones(n, np.float32))


def test_few_labels_leave_the_temperature_by_the_pool() -> None:
    logits, _ = drawn(3000)
    rng = np.random.default_rng(0)
    few, none = (calibrate(Said(logits, 0.8), one, rng) for one in (held(30), None))
    assert few.calibration == none.calibration
    assert few.calibration.plain
    assert few.proba(logits).max(axis=1).mean() == pytest.approx(0.8, abs=1e-3)
    assert calibration_fact(few) is None


def test_many_labels_put_vector_scaling_on_top() -> None:
    logits, _ = drawn(3000)
    made = calibrate(Said(logits, 0.8), held(1500, 1), np.random.default_rng(0))
    assert made.calibration.kind == "vector"
    assert calibration_fact(made)["value"] == "vector"
    fresh, y = drawn(3000, seed=2)
    at = np.arange(len(y))
    before = tempered(logits, made.calibration.temperature).proba(fresh)[at, y]
    assert np.log(made.proba(fresh)[at, y]).mean() > np.log(before).mean() + 0.05


def test_the_teacher_bends_a_confidence_that_says_little() -> None:
    """Right answers are 0.8 of all, however sure; the temperature alone cannot say so."""
    rng = np.random.default_rng(0)
    strength = rng.choice([2.0, 9.0], 4000)[:, None]
    logits = (strength * np.eye(3)[rng.integers(0, 3, 4000)]).astype(np.float32)
    teacher = np.full((4000, 3), 0.1, np.float32)
    teacher[np.arange(4000), logits.argmax(axis=1)] = 0.8
    bent = calibrate(Said(logits, 0.8, teacher), None, rng)
    plain = calibrate(Said(logits, 0.8), None, rng)
    assert (bent.calibration.kind, plain.calibration.kind) == ("isotonic", "temperature")
    assert bent.proba(logits).max(axis=1).std() < 0.02 < plain.proba(logits).max(axis=1).std()
    assert bent.proba(logits).max(axis=1).mean() == pytest.approx(0.8, abs=0.01)
    same = plain.proba(logits)
    agreed = calibrate(Said(logits, 0.8, same), None, rng)
    assert agreed.calibration.kind == "temperature"


def test_the_prior_is_the_mix_the_probabilities_hold() -> None:
    logits, _ = drawn(3000)
    made = calibrate(Said(logits, 0.8), held(1500), np.random.default_rng(0))
    np.testing.assert_allclose(made.calibration.prior, made.proba(logits).mean(axis=0), atol=1e-6)


def test_without_a_pool_the_labels_give_the_temperature() -> None:
    logits, y = drawn(800)
    none = np.zeros((0, 3), np.float32)
    sure = Held(4.0 * logits, y, np.ones(len(y), np.float32))
    heats = [
        calibrate(Said(none, 0.5), one, np.random.default_rng(0)).calibration.temperature
        for one in (sure, held(800), None)
    ]
    assert heats[0] == pytest.approx(4 * heats[1], rel=0.1)
    assert heats[2] == 1.0


def test_labels_are_weighed_to_the_mix_of_the_pool() -> None:
    y = np.array([0] * 50 + [1] * 50)
    found = held_by_nano(np.zeros((100, 2), np.float32), y, np.array([0.9, 0.1], np.float32))
    assert found.weight[0] / found.weight[-1] == pytest.approx(9)
    assert found.weight.mean() == pytest.approx(1)


@pytest.mark.parametrize("kind", ["nano", "micro"])
def test_a_fit_says_which_mix_it_learned_and_the_folder_keeps_it(fitted, kind, tmp_path) -> None:
    made = fitted[kind]
    model = nanonet.load(made.save(tmp_path / "m"))
    assert model.calibration.kind in ("temperature", "isotonic")
    assert sum(model.calibration.prior) == pytest.approx(1, abs=1e-4)
    texts = pool()[:40]
    np.testing.assert_array_equal(model.predict_proba(texts), made.predict_proba(texts))
    np.testing.assert_array_equal(model.foreign(texts), made.classifier.foreign(texts))
    assert model.foreign(texts).mean() < model.foreign([" ".join("qzx") * 9]).item()
    first, *rest = model.classes_
    moved = model.with_prior({first: 0.99, **dict.fromkeys(rest, 0.01)})
    count = [one.predict(texts).count(first) for one in (model, moved)]
    assert count[1] >= count[0]
    assert sum(model.estimate_prior(texts).values()) == pytest.approx(1)


def test_a_hundred_labels_are_compared_and_told(fit) -> None:
    texts, labels = labelled()
    rest = pool()
    first = fit(texts, labels, pool=rest, student="nano", seed=3)
    names = first.predict(rest[:130])
    made = fit([*texts, *rest[:130]], [*labels, *names], pool=rest[130:], student="nano", seed=3)
    said = made.report.derived["calibration"]
    assert said["labels"] >= 100
    assert {"temperature", "vector", "isotonic"} <= set(said["log_loss"])
    assert said["value"] == made.classifier.calibration.kind
