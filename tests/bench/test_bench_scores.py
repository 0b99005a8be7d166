"""The benchmark's figures against figures worked out by hand and by scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from bench.scores import score

TRUTH = ["a", "b", "b", "c", "a", "c"]
TABLE = np.array(
    [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6], [0.4, 0.5, 0.1], [0, 0, 1]]
)
SAID = ["a", "b", "a", "c", "b", "c"]


def test_figures_agree_with_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    found = score(TRUTH, SAID, TABLE, ["a", "b", "c"])
    assert found["rows"] == 6
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(TRUTH, SAID))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(TRUTH, SAID, average="macro"))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(TRUTH, TABLE), abs=1e-6)


def test_calibration_error_by_hand() -> None:
    # Two rows are two groups of one: gaps .1 and .6.
    found = score(["a", "b"], ["a", "a"], np.array([[0.9, 0.1], [0.6, 0.4]]), ["a", "b"])
    assert found["ece"] == pytest.approx((0.1 + 0.6) / 2)


def test_a_sure_mistake_stays_finite() -> None:
    found = score(["b"], ["a"], np.array([[1.0, 0.0]]), ["a", "b"])
    assert found["log_loss"] == pytest.approx(-math.log(1e-12))
    assert found["accuracy"] == 0


def test_without_probabilities_there_is_no_calibration() -> None:
    found = score(TRUTH, SAID, None, ["a", "b", "c"])
    assert found["ece"] is None
    assert found["log_loss"] is None


def test_tables_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="predictions"):
        score(TRUTH, SAID[:3], None, ["a", "b", "c"])
    with pytest.raises(ValueError, match="probabilities"):
        score(TRUTH, SAID, TABLE[:, :2], ["a", "b", "c"])
