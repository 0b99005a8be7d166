"""Promises of at most so many wrong answers: the arithmetic, and that they are kept."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.decide import chance, error_bound, least_kept, surest_kept


@pytest.mark.parametrize(("wrong", "kept", "share"), [(0, 59, 0.05), (3, 20, 0.3), (5, 5, 0.9)])
def test_the_chance_is_that_of_the_binomial(wrong, kept, share):
    rng = np.random.default_rng(0)
    drawn = (rng.binomial(kept, share, 200_000) <= wrong).mean()
    assert chance(wrong, kept, share) == pytest.approx(drawn, abs=0.004)


def test_the_bound_is_clopper_and_pearsons():
    stats = pytest.importorskip("scipy.stats", reason="needs the train extra")
    for wrong, kept in [(0, 59), (1, 93), (7, 80), (30, 30)]:
        exact = stats.beta.ppf(0.95, wrong + 1, kept - wrong) if wrong < kept else 1.0
        assert error_bound(wrong, kept) == pytest.approx(exact, abs=1e-9)
    assert [least_kept(e) for e in (0.01, 0.05, 0.1)] == [299, 59, 29]
    assert chance(0, 58, 0.05) > 0.05 >= chance(0, 59, 0.05)


def draw(rng, n, slope=3.0):
    """Confidences and outcomes whose true error at a threshold is known: P(right) = conf."""
    sure = 1.0 - rng.random(n) ** slope * 0.6
    return sure, rng.random(n) < sure


@pytest.fixture(scope="module")
def true_error():
    """The share of wrong ones among answers at least so sure, of the draw's own law."""
    falling = np.sort(draw(np.random.default_rng(1), 200_000)[0])[::-1]
    mean = np.cumsum(1.0 - falling) / np.arange(1, len(falling) + 1)
    return lambda threshold: mean[np.searchsorted(-falling, -threshold, side="right") - 1]


@pytest.mark.parametrize("n", [60, 200, 600])
def test_promises_are_kept_in_95_of_100_draws(n, true_error):
    rng = np.random.default_rng(n)
    held, made, draws = 0, 0, 400
    for _ in range(draws):
        sure, right = draw(rng, n)
        kept = surest_kept(sure, right, 0.1)
        if kept:
            made += 1
            held += true_error(np.sort(sure)[-kept]) <= 0.1
    assert made > draws / 10
    assert draws - (made - held) >= 0.95 * draws - 2 * np.sqrt(0.05 * 0.95 * draws)


def test_with_too_few_labels_nothing_is_promised_and_with_many_right_ones_all():
    assert surest_kept(np.linspace(0.5, 1, 58), np.ones(58, bool), 0.05) == 0
    assert surest_kept(np.linspace(0.5, 1, 59), np.ones(59, bool), 0.05) == 59
    assert surest_kept(np.linspace(0.5, 1, 300), np.zeros(300, bool), 0.3) == 0
    assert surest_kept(np.zeros(0), np.zeros(0, bool), 0.3) == 0


def test_what_the_student_loses_is_taken_off():
    sure = np.linspace(0, 1, 400)
    right = sure > 0.3
    free = surest_kept(sure, right, 0.1)
    less = surest_kept(sure, right, 0.1, loss=lambda share: 0.06 * share)
    assert 200 < less < free <= 300 * 1.1
    assert surest_kept(sure, right, 0.1, loss=lambda share: 0.1) == 0
