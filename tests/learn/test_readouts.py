"""Readouts are chosen by what left-out labels say, and only when they say something."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.learn._softmax import one_hot
from nanonet.learn.readouts import RIDGE, choose_readouts, leave_one_out
from nanonet.learn.views import unit


def noise(rng, n, dim=12):
    return unit(rng.normal(size=(n, dim)).astype(np.float32))


def test_leave_one_out_equals_refits():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 20)
    features = noise(rng, 20) + 0.5 * np.eye(3, 12, dtype=np.float32)[y]
    scores = leave_one_out(features, y, 3)
    for row in range(20):
        rest = np.flatnonzero(np.arange(20) != row)
        x, target = features[rest].astype(np.float64), one_hot(y[rest], 3).astype(np.float64)
        middle = x.mean(axis=0)
        inverse = np.linalg.inv((x - middle).T @ (x - middle) + RIDGE * np.eye(12))
        weight = inverse @ (x - middle).T @ (target - target.mean(axis=0))
        expected = target.mean(axis=0) + (features[row] - middle) @ weight
        assert scores[row] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_the_informative_readout_is_chosen(seed):
    rng = np.random.default_rng(seed)
    y = np.arange(60) % 3
    readouts = [noise(rng, 60) for _ in range(6)]
    readouts[4] = unit(readouts[4] + np.eye(3, 12, dtype=np.float32)[y])
    choice = choose_readouts(readouts, y, 3, usual=1)
    assert choice.index[0] == 4
    assert choice.weight[0] > 0.8
    assert sum(choice.weight) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(4))
def test_without_evidence_the_usual_readout_stays(seed):
    rng = np.random.default_rng(seed)
    y = np.arange(12) % 3
    choice = choose_readouts([noise(rng, 12) for _ in range(6)], y, 3, usual=2)
    assert choice.index[0] == 2
    assert choice.weight[0] > 0.4


def test_equal_readouts_keep_their_order_so_that_the_choice_is_settled():
    rng = np.random.default_rng(0)
    same = noise(rng, 12)
    choice = choose_readouts([same] * 9, np.arange(12) % 3, 3, usual=8)
    assert choice.index == (8, 0, 1, 2, 3)
