"""The metrics against scikit-learn, and against cases small enough to do by hand."""

import numpy as np
import pytest
from sklearn import metrics as reference

from nanonet.decide import accuracy, confusion, ece, log_loss, macro_f1, per_class


def _draw(seed, rows=300, classes=5):
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet(np.ones(classes) * 0.5, rows)
    truth = np.array([rng.choice(classes, p=row) for row in proba])
    return truth, proba


@pytest.mark.parametrize("seed", range(3))
def test_same_as_scikit_learn(seed):
    truth, proba = _draw(seed)
    predicted = proba.argmax(axis=1)
    assert accuracy(truth, predicted) == reference.accuracy_score(truth, predicted)
    assert macro_f1(truth, predicted, 5) == pytest.approx(
        reference.f1_score(truth, predicted, average="macro")
    )
    assert log_loss(proba, truth) == pytest.approx(reference.log_loss(truth, proba))
    assert np.array_equal(
        confusion(truth, predicted, 5), reference.confusion_matrix(truth, predicted)
    )
    precision, recall, f1, rows = reference.precision_recall_fscore_support(truth, predicted)
    ours = per_class(truth, predicted, 5)
    assert [s.precision for s in ours] == pytest.approx(precision)
    assert [s.recall for s in ours] == pytest.approx(recall)
    assert [s.f1 for s in ours] == pytest.approx(f1)
    assert [s.rows for s in ours] == rows.tolist()


def test_classes_that_never_occur_do_not_lower_macro_f1():
    truth = np.array([0, 0, 1])
    assert macro_f1(truth, truth, 4) == 1.0
    assert macro_f1(truth, np.array([0, 0, 3]), 4) == pytest.approx(1 / 3)
    assert per_class(truth, truth, 4)[2].rows == 0


def test_ece_by_hand():
    proba = np.array([[0.6, 0.4], [0.6, 0.4], [0.9, 0.1], [0.9, 0.1]])
    assert ece(proba, np.array([0, 1, 0, 0]), bins=2) == pytest.approx((0.1 + 0.1) / 2)
    # Over one bin the errors of both sides cancel: mean confidence 0.75, accuracy 0.75.
    assert ece(proba, np.array([0, 1, 0, 0]), bins=1) == pytest.approx(0.0)
    assert ece(proba[:1], np.array([1])) == pytest.approx(0.6)


def test_ece_tells_calibrated_from_overconfident():
    truth, proba = _draw(0, rows=6000)
    sharp = proba**3 / (proba**3).sum(axis=1, keepdims=True)
    assert ece(proba, truth) < 0.03
    assert ece(sharp, truth) > 0.1


def test_certain_and_wrong_costs_much_but_not_infinity():
    proba = np.array([[1.0, 0.0]], np.float32)
    assert log_loss(proba, np.array([1])) == pytest.approx(-np.log(1e-12))
    assert log_loss(proba, np.array([0])) == 0.0


def test_no_rows_is_an_error_not_nan():
    none, proba = np.array([], np.int64), np.empty((0, 2))
    for call in (
        lambda: accuracy(none, none),
        lambda: macro_f1(none, none, 2),
        lambda: log_loss(proba, none),
        lambda: ece(proba, none),
    ):
        with pytest.raises(ValueError, match="no rows"):
            call()
