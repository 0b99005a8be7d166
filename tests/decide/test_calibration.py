"""Confidence that means what it says, and an honest interval."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.decide import (
    believed_accuracy,
    believed_errors,
    expect,
    fit_temperature,
    wilson,
)


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


def test_what_is_told_is_what_the_hidden_labels_said():
    found = expect(0.8, 0.95, 60)
    assert found.accuracy == 0.8
    assert (found.low, found.high) == wilson(0.8, 60)
    assert "60" in found.how
    assert found.to_dict()["accuracy"] == 0.8


@pytest.mark.parametrize("tried", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("labels", [1, 12, 1000])
def test_expected_stays_in_its_limits(tried, labels):
    found = expect(tried, 0.9, labels)
    assert 0.0 <= found.low <= found.accuracy <= found.high <= 1.0


@pytest.mark.parametrize(("tried", "labels"), [(None, 0), (None, 7), (0.5, 0)])
def test_without_labels_nothing_is_known(tried, labels):
    found = expect(tried, 0.83, labels)
    assert (found.accuracy, found.low, found.high) == (0.83, 0.0, 1.0)
    assert "no labels" in found.how
    assert believed_accuracy(tried, 0.0, 0.83, labels) == 0.83


def test_belief_lies_between_the_labels_and_the_confidence_by_precision():
    # Equal doubts of 0.06 meet half way.
    assert believed_accuracy(0.80, 0.06, 0.86, 400) == pytest.approx(0.83)
    few, many = believed_accuracy(0.7, 0.08, 0.8, 30), believed_accuracy(0.7, 0.005, 0.8, 8000)
    assert 0.7 < many < 0.705 < few < 0.8


def test_a_confidence_far_from_the_labels_is_trusted_less():
    """Its pull towards itself, as a share of the distance, must shrink with the distance."""
    pulls = [believed_accuracy(0.8, 0.05, 0.8 - d, 60) for d in (0.05, 0.3, 0.6)]
    shares = [(0.8 - p) / d for p, d in zip(pulls, (0.05, 0.3, 0.6), strict=True)]
    assert shares[0] > 2 * shares[1] > 2 * shares[2] > 0


def test_labels_that_are_all_right_are_not_believed_without_doubt():
    assert believed_accuracy(1.0, 0.0, 0.9, 10) < 0.97


@pytest.mark.parametrize("together", [False, True])
def test_few_labels_leave_the_errors_to_the_disagreement_and_many_decide(together):
    few, _ = believed_errors(0.95, 0.1, 10, 0.25, together=together)
    many, _ = believed_errors(0.95, 0.002, 8000, 0.25, together=together)
    # Ten labels say 0.05 +- 0.1, the students 0.25 and, taught together, 0.35 +- 0.14.
    assert 0.12 < few < 0.25
    assert many == pytest.approx(0.05, abs=0.01)


def test_students_that_were_taught_together_err_more_than_they_disagree():
    apart, nano = believed_errors(0.8, 0.1, 20, 0.2, together=False)
    together, _ = believed_errors(0.8, 0.1, 20, 0.2, together=True)
    assert apart < together
    assert apart < nano <= 1.0
    assert believed_errors(0.0, 0.0, 5, 1.0, together=False)[1] <= 1.0


def test_right_answers_alone_are_not_believed_without_doubt_where_students_disagree():
    assert believed_errors(1.0, 0.0, 10, 0.2, together=False)[0] > 0.1
