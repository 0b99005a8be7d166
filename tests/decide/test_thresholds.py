"""Thresholds by F1: the best of each class, a common one where positives are few."""

import numpy as np
import pytest

from nanonet.decide import choose_thresholds


def f1(said, truth):
    return 2 * (said & truth).sum() / max(said.sum() + truth.sum(), 1)


def world(n=4000, shares=(0.5, 0.1, 0.02), seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.random((n, len(shares))) < shares
    z = rng.normal(size=truth.shape) + 2.0 * truth + np.log(np.array(shares)) - 1.5
    return 1 / (1 + np.exp(-z)), truth


def test_with_many_positives_each_class_has_nearly_its_best():
    proba, truth = world()
    found = choose_thresholds(proba, truth.astype(float))
    for c in range(3):
        best = max(f1(proba[:, c] >= t, truth[:, c]) for t in np.linspace(0.01, 0.95, 95))
        assert f1(proba[:, c] >= found[c], truth[:, c]) > best - 0.05
    assert found[0] > found[2]  # a rare class is given from less on


def test_few_positives_are_drawn_to_the_common_threshold():
    proba, truth = world(shares=(0.4, 0.4, 0.4, 0.001))
    truth[:, 3] = False
    truth[np.argmax(proba[:, 3]), 3] = True  # one positive, the surest of all
    proba[:, 3] *= 0.99 / proba[:, 3].max()
    found = choose_thresholds(proba, truth.astype(float))
    assert found[3] < 0.7
    none = truth.astype(float)
    none[:, 3] = 0.0
    assert 0.02 <= choose_thresholds(proba, none)[3] <= 0.98


def test_soft_labels_and_weights_count_as_so_many_rows():
    proba, truth = world(n=500)
    doubled = choose_thresholds(np.repeat(proba, 2, axis=0), np.repeat(truth, 2, axis=0) * 1.0)
    weighted = choose_thresholds(proba, truth * 1.0, np.full(500, 7.0))
    assert np.abs(choose_thresholds(proba, truth * 1.0) - weighted).max() < 1e-6
    assert np.abs(doubled - weighted).max() < 0.1
    soft = choose_thresholds(proba, proba)
    # With probabilities that are right, half of the best F1 is the best threshold.
    for c in (0, 1):
        said = proba[:, c] >= soft[c]
        best = 2 * proba[said, c].sum() / (said.sum() + proba[:, c].sum())
        assert soft[c] == pytest.approx(best / 2, abs=0.08)
