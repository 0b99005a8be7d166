"""The closed form of the game against a linear programme, and what follows from it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanonet.errors import UserError
from nanonet.select import rad, rad_chances, rad_weights

GAINS = st.lists(st.floats(0.02, 1.0), min_size=2, max_size=12)


def _value(shares, gain, wrong, rho):
    worth = np.sort(shares * gain)[::-1]
    return worth.sum() - (1 + rho) * worth[:wrong].sum()


def _by_programme(gain, wrong, rho, budget=None):
    """The game's value: maximise sum x g - (1 + rho) (m t + sum u), u >= x g - t, u >= 0."""
    linprog = pytest.importorskip("scipy.optimize").linprog
    n = len(gain)
    cost = np.concatenate([-gain, [(1 + rho) * wrong], np.full(n, 1 + rho)])
    above = np.hstack([np.diag(gain), -np.ones((n, 1)), -np.eye(n)])
    whole = np.concatenate([np.ones(n), np.zeros(n + 1)])[None]
    limit = (0, 1)
    bounds = [limit] * n + [(0, None)] * (n + 1)
    found = linprog(cost, above, np.zeros(n), whole, [budget or 1.0], bounds)
    return -found.fun


@settings(max_examples=40, deadline=None)
@given(GAINS, st.integers(0, 5), st.sampled_from([0.0, 0.5, 1.0]))
def test_the_weights_are_as_good_as_a_linear_programmes(gains, wrong, rho):
    gain = np.array(gains)
    q = rad_weights(gain, wrong, rho)
    assert q.sum() == pytest.approx(1)
    if (1 + rho) * wrong < len(gain):
        assert _value(q, gain, wrong, rho) == pytest.approx(
            _by_programme(gain, wrong, rho), abs=1e-6
        )


@settings(max_examples=40, deadline=None)
@given(GAINS, st.integers(1, 12), st.integers(0, 4))
def test_chances_sum_to_the_count_and_are_nearly_as_good_as_a_programmes(gains, count, wrong):
    gain = np.array(gains)
    count = min(count, len(gain))
    chance = rad_chances(gain, count, wrong)
    assert chance.sum() == pytest.approx(count)
    assert chance.min() >= 0
    assert chance.max() <= 1 + 1e-9
    best = _by_programme(gain, wrong, 0.0, count)
    assert _value(chance, gain, wrong, 0.0) <= best + 1e-6
    if wrong < len(gain):
        assert _value(chance, gain, wrong, 0.0) >= 0.85 * best - 1e-6


def test_the_chances_are_the_best_of_their_kind():
    rng = np.random.default_rng(0)
    for _ in range(30):
        gain = rng.uniform(0.05, 1, 15)
        count, wrong = int(rng.integers(1, 15)), int(rng.integers(0, 8))
        ours = _value(rad_chances(gain, count, wrong), gain, wrong, 0.0)
        order = np.argsort(-gain)
        for s in range(count, 16):
            low, high = 0.0, 15.0
            for _ in range(60):
                tau = (low + high) / 2
                full = np.minimum(1, tau / gain[order[:s]]).sum() > count
                low, high = (low, tau) if full else (tau, high)
            other = np.zeros(15)
            other[order[:s]] = np.minimum(1, low / gain[order[:s]])
            assert ours >= _value(other, gain, wrong, 0.0) - 1e-6


def test_no_errors_mean_the_largest_gains_and_more_errors_a_wider_spread():
    gain = np.linspace(0.1, 1.0, 50)
    assert np.flatnonzero(rad_weights(gain, 0)).tolist() == [49]
    assert np.flatnonzero(rad_chances(gain, 5, 0) > 0).tolist() == [45, 46, 47, 48, 49]
    support = [np.count_nonzero(rad_weights(gain, m)) for m in (0, 5, 15, 30)]
    assert support == sorted(set(support))
    q = rad_weights(gain, 15)
    assert q[49] < q[q > 0].mean(), "the hardest get less than an equal share"
    assert np.allclose(rad_weights(gain, 50), 1 / 50), "no choice helps where all may be wrong"


def test_everything_is_returned_where_everything_is_asked():
    table = np.random.default_rng(0).dirichlet(np.ones(3), 20).astype(np.float32)
    rows = rad(table, 20, 0.8, np.random.default_rng(0))
    assert rows.tolist() == list(range(20))


def test_rad_keeps_the_predicted_classes_shares_and_the_count():
    rng = np.random.default_rng(1)
    table = rng.dirichlet(np.ones(4), 400).astype(np.float32)
    rows = rad(table, 80, 0.8, np.random.default_rng(5))
    assert len(set(rows.tolist())) == 80
    assert (rows == rad(table, 80, 0.8, np.random.default_rng(5))).all()
    assert len(set(table[rows].argmax(axis=1))) == 4


@pytest.mark.parametrize("accuracy", [-0.1, 1.2, float("nan")])
def test_an_accuracy_that_is_none_is_refused(accuracy):
    with pytest.raises(UserError, match="accuracy"):
        rad(np.eye(3), 1, accuracy, np.random.default_rng(0))
    with pytest.raises(UserError, match="gains"):
        rad_weights(np.array([0.0, 1.0]), 1)
    with pytest.raises(UserError, match="rho"):
        rad_weights(np.array([0.5, 1.0]), 1, 2.0)
