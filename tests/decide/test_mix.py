"""A class mix found from answers, and answers for a given mix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanonet.decide import estimate_mix, odds_of

EVEN = np.array([0.5, 0.5])


def world(share: float, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(class, probabilities under equal shares) of one number a text, drawn from two normals."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < share).astype(int)
    x = rng.normal(size=n) + 1.5 * y
    p = 1.0 / (1.0 + np.exp(-(1.5 * x - 1.125)))
    return y, np.stack([1 - p, p], axis=1)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
def test_a_mix_is_found_from_answers_that_hold_another(share) -> None:
    y, proba = world(share, 20_000)
    counted = (proba.argmax(axis=1) == 1).mean()
    found = estimate_mix(proba, EVEN)
    assert found.sum() == pytest.approx(1.0)
    assert abs(found[1] - y.mean()) < 0.02
    if abs(share - 0.5) > 0.3:
        assert abs(counted - y.mean()) > 3 * abs(found[1] - y.mean())


def test_answers_for_the_found_mix_are_right_more_often_and_calibrated() -> None:
    y, proba = world(0.05, 20_000)
    moved = proba * odds_of(EVEN, estimate_mix(proba, EVEN))
    moved /= moved.sum(axis=1, keepdims=True)
    assert (moved.argmax(axis=1) == y).mean() > (proba.argmax(axis=1) == y).mean() + 0.05
    assert abs(moved[:, 1].mean() - y.mean()) < 0.01 < abs(proba[:, 1].mean() - y.mean())


@given(st.integers(0, 50), st.integers(1, 40))
def test_shares_are_shares_and_few_texts_say_little(seed, n) -> None:
    _, proba = world(0.5, n, seed)
    found = estimate_mix(proba, EVEN)
    assert found.sum() == pytest.approx(1.0)
    assert (found > 0).all()
    assert estimate_mix(proba[:0], EVEN).tolist() == [0.5, 0.5]


def test_texts_like_the_pool_keep_its_mix() -> None:
    _, proba = world(0.5, 3000)
    learned = proba.mean(axis=0)
    np.testing.assert_allclose(estimate_mix(proba, learned), learned, atol=1e-6)
