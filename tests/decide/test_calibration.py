"""Confidence that means what it says, and an honest interval."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.decide import expect, fit_temperature, wilson


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    # Newcombe (1998), table I, method 3 (score without continuity correction).
    [
        (81 / 263, 263, 0.2553, 0.3662),
        (15 / 148, 148, 0.0624, 0.1605),
        (0 / 20, 20, 0.0, 0.1611),
        (1 / 29, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_against_published_values(share, n, low, high):
    assert wilson(share, n) == pytest.approx((low, high), abs=1e-4)


def test_wilson_is_symmetric_and_narrows():
    low, high = wilson(0.3, 50)
    assert wilson(0.7, 50) == pytest.approx((1 - high, 1 - low))
    assert wilson(1.0, 20)[1] == 1.0
    widths = [np.diff(wilson(0.8, n))[0] for n in (10, 100, 1000)]
    assert widths[0] > widths[1] > widths[2]


def confidence(logits, temperature):
    e = np.exp(logits.astype(np.float64) / temperature)
    return (e.max(axis=1) / e.sum(axis=1)).mean()


@pytest.mark.parametrize("goal", [0.4, 0.7, 0.95])
@pytest.mark.parametrize("scale", [0.2, 5.0])
def test_the_mean_confidence_hits_the_goal(goal, scale):
    rng = np.random.default_rng(0)
    logits = (scale * rng.normal(size=(2000, 4))).astype(np.float32)
    found = fit_temperature(logits, goal)
    assert confidence(logits, found) == pytest.approx(goal, abs=1e-3)


def test_goals_out_of_reach_are_brought_within_it():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(500, 2)).astype(np.float32)
    assert confidence(logits, fit_temperature(logits, 0.1)) == pytest.approx(0.52, abs=1e-3)
    sure = (50 * rng.normal(size=(500, 2))).astype(np.float32)
    assert 0.98 < confidence(sure, fit_temperature(sure, 1.0)) <= 0.996


@pytest.mark.parametrize("logits", [np.zeros((0, 3)), np.zeros((5, 3)), np.full((5, 3), 900.0)])
def test_logits_that_tell_nothing_give_a_usable_temperature(logits):
    found = fit_temperature(logits.astype(np.float32), 0.8)
    assert 0.009 < found < 101
    assert found == 1.0 or len(logits)


def test_expected_is_between_what_was_tried_and_the_confidence():
    found = expect(0.8, 0.05, 0.9, 60)
    assert 0.8 < found.accuracy < 0.9
    assert found.low <= found.accuracy <= found.high
    assert "60" in found.how
    low, high = wilson(0.8, 60)
    assert found.low <= low + 1e-9
    assert found.high >= high - 1e-9
    assert found.to_dict()["accuracy"] == found.accuracy


def test_many_labels_outweigh_the_confidence():
    few, many = expect(0.7, 0.08, 0.95, 30), expect(0.7, 0.005, 0.95, 8000)
    assert abs(many.accuracy - 0.7) < 0.01 < abs(few.accuracy - 0.7)


@pytest.mark.parametrize("tried", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("sure", [0.1, 0.99])
def test_expected_stays_in_its_limits(tried, sure):
    found = expect(tried, 0.0, sure, 12)
    assert 0.0 <= found.low <= found.accuracy <= found.high <= 1.0


def test_without_labels_nothing_is_known():
    found = expect(None, 0.0, 0.83, 0)
    assert (found.accuracy, found.low, found.high) == (0.83, 0.0, 1.0)
    assert "no labels" in found.how
