"""Which student a budget leaves, and what a cascade passes on: numbers in, a choice out."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.pipeline.budget import Budget, Point, front, nearest, pick
from nanonet.pipeline.cascade import WITHIN, plan_cascade

NANO = Point("nano", "int8", 1.0, 3.0, 0.060)
ONE = Point("micro-1", "int8", 14.0, 900.0, 0.025)
TWO = Point("micro-2", "int8", 16.0, 1400.0, 0.008)
TWO_FLOAT = Point("micro-2", "float32", 60.0, 2600.0, 0.008)
WHOLE = Point("micro", "int8", 23.0, 4300.0, 0.0)
EVERY = (WHOLE, TWO_FLOAT, TWO, ONE, NANO)


def test_the_front_leaves_out_what_another_beats_in_everything() -> None:
    assert front(EVERY) == [NANO, ONE, TWO, WHOLE]


@pytest.mark.parametrize(
    ("us", "mb", "kind", "why"),
    [
        (1e6, None, "micro-2", "within a point of micro"),
        (1000, None, "micro-1", "the most accurate"),
        (1e6, 15.0, "micro-1", "within 1e+06 µs a text and 15 MB"),
        (500, 100.0, "nano", "the most accurate"),
    ],
)
def test_the_quickest_within_a_point_of_the_best_that_fits(us, mb, kind, why) -> None:
    found = pick(EVERY, Budget(us, mb))
    assert found is not None
    assert found.kind == kind
    assert why in found.why


def test_a_budget_that_nothing_meets_names_the_nearest() -> None:
    budget = Budget(2.5)
    assert pick(EVERY, budget) is None
    said = nearest(EVERY, budget)
    assert "within 2.5 µs a text on this machine" in said
    assert "the nearest is nano (int8), 1.00 MB, 3.0 µs a text; raise --max-us" in said
    both = nearest((WHOLE, TWO), Budget(1000, 10.0))
    assert "micro-2 (int8), 16.00 MB" in both
    assert "--max-us or --max-mb" in both


def pile(n: int = 1000) -> tuple[np.ndarray, ...]:
    """Micro is always right; nano errs on the fifth of the texts of which it is least sure."""
    sure = np.linspace(0.3, 1.0, n).astype(np.float32)
    right = np.eye(2, dtype=np.float32)[np.zeros(n, int)]
    nano = right.copy()
    nano[: n // 5] = [0.0, 1.0]
    teacher = np.tile(np.array([0.9, 0.1], np.float32), (n, 1))
    return sure, nano, right, teacher


def test_a_cascade_passes_what_nano_gets_wrong_and_no_more() -> None:
    sure, nano, micro, teacher = pile()
    plan = plan_cascade(sure, nano, micro, teacher)
    assert plan.chosen.passed == pytest.approx(0.20)
    assert plan.chosen.loss == pytest.approx(0.0, abs=WITHIN)
    assert (sure < plan.chosen.threshold).mean() == pytest.approx(0.20)
    losses = [point.loss for point in plan.curve]
    assert losses[0] == pytest.approx(0.2 * 0.8, abs=1e-6)
    assert losses[-1] == pytest.approx(0.0, abs=1e-9)
    assert [plan.curve[0].threshold, plan.curve[-1].threshold] == [0.0, 1.0]


def test_no_more_is_passed_than_is_allowed() -> None:
    sure, nano, micro, teacher = pile()
    plan = plan_cascade(sure, nano, micro, teacher, most=0.1)
    assert plan.chosen.passed == pytest.approx(0.10)
    assert plan.chosen.loss == pytest.approx(0.1 * 0.8, abs=1e-6)
    assert plan_cascade(sure, nano, micro, teacher, most=0.0).chosen.threshold == 0.0


def test_where_nano_is_as_good_nothing_is_passed() -> None:
    sure, _, micro, teacher = pile()
    assert plan_cascade(sure, micro, micro, teacher).chosen.passed == 0.0
    order = np.random.default_rng(0).permutation(len(sure))
    worse = plan_cascade(sure, micro, micro[:, ::-1], teacher)
    assert worse.chosen.passed == 0.0  # micro would only do harm
    assert worse == plan_cascade(sure[order], micro, micro[:, ::-1], teacher[order])
