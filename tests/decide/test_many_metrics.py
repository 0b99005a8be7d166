"""Scores of label sets against scikit-learn's and by hand."""

import numpy as np
import pytest

from nanonet.decide import (
    binary_ece,
    binary_log_loss,
    exact_match,
    macro_f1_of_sets,
    micro_f1,
    set_scores,
)


def test_they_are_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics", reason="the train extra is not installed")
    rng = np.random.default_rng(0)
    proba = rng.random((200, 7))
    truth, said = rng.random((200, 7)) < proba, rng.random((200, 7)) < 0.4
    assert micro_f1(truth, said) == pytest.approx(metrics.f1_score(truth, said, average="micro"))
    macro = metrics.f1_score(truth, said, average="macro")
    assert macro_f1_of_sets(truth, said) == pytest.approx(macro)
    assert exact_match(truth, said) == pytest.approx(metrics.accuracy_score(truth, said))
    loss = metrics.log_loss(truth.ravel(), proba.ravel())
    assert binary_log_loss(proba, truth) == pytest.approx(loss)
    each = metrics.precision_recall_fscore_support(truth, said)
    ours = [(one.precision, one.recall, one.f1, one.rows) for one in set_scores(truth, said)]
    assert np.allclose(ours, np.stack(each, axis=1))


def test_nothing_said_and_nothing_true():
    none = np.zeros((3, 2), bool)
    assert (micro_f1(none, none), macro_f1_of_sets(none, none), exact_match(none, none)) == (
        0,
        0,
        1,
    )


def test_calibration_error_by_hand():
    truth = np.array([[True, False]] * 50 + [[False, False]] * 50)
    right = np.array([[0.5, 0.0]] * 100)
    assert binary_ece(right, truth, bins=2) == pytest.approx(0.0)
    assert binary_ece(right + np.array([0.3, 0.0]), truth, bins=2) == pytest.approx(0.15)
    assert np.isfinite(binary_log_loss(np.zeros((100, 2)), truth))
