"""The class mix of the pile, and the neighbours in it."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.learn.graph import neighbours, smooth
from nanonet.learn.prior import estimate_prior, match_prior


def left_out(y, right, classes, seed=0):
    """Scores of a classifier that is right on a share ``right`` of the labels."""
    rng = np.random.default_rng(seed)
    wrong = (y + rng.integers(1, classes, len(y))) % classes
    return np.eye(classes)[np.where(rng.random(len(y)) < right, y, wrong)]


def test_a_skewed_and_clear_pile_is_believed():
    y = np.arange(40) % 2
    predicted = np.repeat([0, 1], [870, 130])
    prior = estimate_prior(left_out(y, 1.0, 2), y, predicted, 2)
    assert prior == pytest.approx([0.87, 0.13], abs=0.03)


def test_a_shaky_start_stays_near_equal_shares():
    y = np.arange(16) % 4
    predicted = np.repeat([0, 1, 2, 3], [340, 250, 230, 180])
    prior = estimate_prior(left_out(y, 0.3, 4), y, predicted, 4)
    assert np.abs(prior - 0.25).max() < 0.02


def test_more_labels_are_believed_more():
    predicted = np.repeat([0, 1], [600, 400])
    trust = []
    for n in (8, 60, 2000):
        y = np.arange(n) % 2
        trust.append(estimate_prior(left_out(y, 0.8, 2), y, predicted, 2)[0])
    assert trust[0] < trust[1] < trust[2] <= 0.6


@pytest.mark.parametrize("pile", [[], [1] * 500, [0, 1, 2]])
def test_the_shares_are_positive_and_add_up_to_one(pile):
    y = np.arange(9) % 3
    prior = estimate_prior(left_out(y, 1.0, 3), y, np.array(pile, np.int64), 3)
    assert prior.sum() == pytest.approx(1.0, abs=1e-6)
    assert prior.min() > 0.02
    if not pile:
        assert prior == pytest.approx([1 / 3] * 3)


def test_matching_moves_the_mean_to_the_prior_and_keeps_the_order_within_a_class():
    rng = np.random.default_rng(0)
    before = rng.dirichlet([2.0, 1.0, 0.5], 400).astype(np.float32)
    prior = np.array([0.2, 0.3, 0.5], np.float32)
    after = match_prior(before, prior, sweeps=200)
    assert after.mean(axis=0) == pytest.approx(prior, abs=1e-3)
    assert after.sum(axis=1) == pytest.approx(np.ones(400), abs=1e-5)
    odds = np.log(after / before)
    # One factor a class: the ratio of two classes' odds moves by the same amount in every row.
    assert np.std(odds[:, 0] - odds[:, 2]) < 1e-3


def test_smoothing_by_hand():
    labels = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], np.float32)
    near = np.array([[1, 2], [0, 2], [0, 1]], np.int32)
    once = smooth(labels, near, times=1)
    assert once == pytest.approx(np.array([[0.625, 0.375], [0.375, 0.625], [0.5, 0.5]]))
    assert smooth(labels, near, times=2) == pytest.approx(smooth(once, near, times=1), abs=1e-6)


def test_without_neighbours_nothing_is_smoothed():
    labels = np.array([[0.9, 0.1]], np.float32)
    assert (smooth(labels, neighbours(np.ones((1, 4), np.float32))) == labels).all()


def test_neighbours_are_exact_over_several_blocks():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(1100, 6)).astype(np.float32)
    near = neighbours(points, 7)
    assert near.shape == (1100, 7)
    products = (points.astype(np.float64)) @ points.T
    np.fill_diagonal(products, -np.inf)
    for row in [*range(0, 1100, 50), 1023, 1024, 1099]:
        wanted = np.sort(products[row])[::-1][:7]
        assert row not in near[row]
        assert np.sort(products[row, near[row]])[::-1] == pytest.approx(wanted, abs=1e-4)


def test_no_more_neighbours_than_there_are():
    near = neighbours(np.eye(4, dtype=np.float32), 25)
    assert [sorted(row) for row in near] == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
