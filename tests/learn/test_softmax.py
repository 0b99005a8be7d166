"""The two small learners against other people's code and against arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.sparse as sp

from nanonet.learn._bayes import fit_bayes
from nanonet.learn._softmax import fit_softmax, linear_logits, one_hot, softmax


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 90)
    features = (rng.normal(size=(90, 6)) + 0.8 * np.eye(3, 6)[y]).astype(np.float32)
    return features, y


def peer(features, y, c, weights=None):
    linear = pytest.importorskip("sklearn.linear_model", reason="the peer is scikit-learn's")
    found = linear.LogisticRegression(C=c, tol=1e-8, max_iter=5000)
    found.fit(features.astype(np.float64), y, sample_weight=weights)
    return found.predict_proba(features)


@pytest.mark.parametrize("c", [0.05, 1.0, 20.0])
def test_hard_labels_agree_with_scikit_learn(data, c):
    features, y = data
    ours = fit_softmax(features, one_hot(y, 3), c=c, iterations=500)
    theirs = peer(features, y, c)
    assert np.abs(softmax(linear_logits(features, ours)) - theirs).max() < 0.005


def test_soft_labels_are_weighted_copies_of_the_row(data):
    features, y = data
    rng = np.random.default_rng(1)
    targets = (0.3 * rng.dirichlet(np.ones(3), 90) + 0.7 * one_hot(y, 3)).astype(np.float32)
    mass = rng.uniform(0.2, 3.0, 90).astype(np.float32)
    ours = fit_softmax(features, targets, weights=mass, c=2.0, iterations=500)
    copies, labels = np.repeat(features, 3, axis=0), np.tile(np.arange(3), 90)
    theirs = peer(copies, labels, 2.0, (targets * mass[:, None]).ravel())[::3]
    assert np.abs(softmax(linear_logits(features, ours)) - theirs).max() < 0.005
    hard = fit_softmax(features, one_hot(targets.argmax(1), 3), weights=mass, c=2.0, iterations=500)
    assert np.abs(softmax(linear_logits(features, hard)) - theirs).max() > 0.05


def test_dense_and_sparse_features_agree(data):
    features, y = data
    features = np.where(np.abs(features) > 0.7, features, 0.0).astype(np.float32)
    dense = fit_softmax(features, one_hot(y, 3), iterations=500)
    sparse = fit_softmax(sp.csr_matrix(features), one_hot(y, 3), iterations=500)
    assert np.abs(dense - sparse).max() < 0.01
    assert np.abs(dense).max() > 0.3


def test_the_bias_is_free_of_the_penalty():
    y = np.array([0] * 9 + [1])
    found = fit_softmax(np.zeros((10, 2), np.float32), one_hot(y, 2), c=1e-3, iterations=200)
    assert found[-1, 0] - found[-1, 1] == pytest.approx(math.log(9), abs=0.01)


def test_a_start_changes_the_way_and_not_the_goal(data):
    features, y = data
    cold = fit_softmax(features, one_hot(y, 3), iterations=500)
    warm = fit_softmax(features, one_hot(y, 3), start=cold + 0.3, iterations=500)
    # Adding one number to all classes' scores changes nothing, so probabilities are compared.
    a, b = (softmax(linear_logits(features, found)) for found in (cold, warm))
    assert np.abs(a - b).max() < 0.005


def test_naive_bayes_by_hand():
    features = sp.csr_matrix(np.array([[2, 0], [0, 1]], np.float32))
    odds = fit_bayes(features, np.eye(2, dtype=np.float32), np.array([1.0, 3.0], np.float32), 0.5)
    # Counts: the first n-gram 2 in class 0, the second 3 in class 1. The pile: 2/5 and 3/5. V = 2.
    share = [
        [(2 + 0.5 * 2 * 0.4 + 0.001) / (2 + 0.501 * 2), (0 + 0.4 + 0.001) / (3 + 0.501 * 2)],
        [(0 + 0.5 * 2 * 0.6 + 0.001) / (2 + 0.501 * 2), (3 + 0.6 + 0.001) / (3 + 0.501 * 2)],
    ]
    for row, (a, b) in zip(odds, share, strict=True):
        half = (math.log(a) - math.log(b)) / 2
        assert row == pytest.approx([half, -half], abs=1e-5)


def test_naive_bayes_shares_add_up_to_one_before_centring():
    """So a class with more text than another gains nothing by it on n-grams that tell nothing."""
    even = sp.csr_matrix(np.tile(np.array([[3, 1, 2]], np.float32), (10, 1)))
    targets = one_hot(np.array([0] * 9 + [1]), 2)
    odds = fit_bayes(even, targets, np.ones(10, np.float32))
    assert np.abs(odds).max() < 1e-3
