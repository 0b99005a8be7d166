"""Several teachers' answers as one: the confidence that was asked for, then the product."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.learn import at_confidence, blend, softmax
from nanonet.learn.blend import CONFIDENCE


def logits(rows=300, classes=4, scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return (scale * rng.standard_normal((rows, classes))).astype(np.float32)


@pytest.mark.parametrize("scale", [0.05, 1.0, 50.0])
@pytest.mark.parametrize("goal", [0.3, 0.7, 0.95])
def test_the_mean_confidence_is_the_one_asked_for_and_no_answer_changes(scale, goal):
    table = logits(scale=scale)
    found = at_confidence(table, goal)
    assert softmax(found).max(axis=1).mean() == pytest.approx(goal, abs=1e-3)
    assert (found.argmax(axis=1) == table.argmax(axis=1)).all()
    centred = table - table.mean(axis=1, keepdims=True)
    ratio = found / centred
    np.testing.assert_allclose(ratio, ratio.mean(), rtol=1e-3)  # one factor for all


@pytest.mark.parametrize("goal", [0.1, 1.0])
def test_a_confidence_that_cannot_be_ends_at_a_bound(goal):
    found = at_confidence(logits(), goal)
    assert np.isfinite(found).all()
    assert (softmax(found).max(axis=1).mean() > 0.9) == (goal == 1.0)


def test_one_teacher_keeps_its_answers_and_gets_the_usual_confidence():
    table = logits(scale=9.0)
    found = np.exp(blend([table]))
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)
    assert (found.argmax(axis=1) == table.argmax(axis=1)).all()
    assert found.max(axis=1).mean() == pytest.approx(CONFIDENCE, abs=1e-3)


def test_the_product_by_hand():
    """Teachers of the confidence already: .8 .2 times .6 .4 is .48 .08, or 6/7 and 1/7."""
    one, two = (np.log(np.array([[a, 1 - a]], np.float32)) for a in (0.8, 0.6))
    found = np.exp(blend([one, one], goal=0.8))
    np.testing.assert_allclose(found, [[0.64 / 0.68, 0.04 / 0.68]], atol=1e-5)
    rows = np.concatenate([one, two])
    found = np.exp(blend([rows, rows[::-1]], goal=0.7))
    np.testing.assert_allclose(found, [[6 / 7, 1 / 7]] * 2, atol=1e-4)


def test_no_teacher_decides_by_shouting():
    quiet, loud = logits(seed=1, scale=0.1), logits(seed=2, scale=100.0)
    np.testing.assert_allclose(
        blend([quiet, loud]), blend([100 * quiet, loud / 100]), atol=1e-2
    )  # fmt: skip
    answers = blend([quiet, loud]).argmax(axis=1)
    for table in (quiet, loud):
        assert 0.5 < (answers == table.argmax(axis=1)).mean() < 0.9


def test_teachers_with_errors_of_their_own_are_better_together():
    rng = np.random.default_rng(3)
    y = rng.integers(0, 4, 2000)
    tables = [np.eye(4)[y] + rng.standard_normal((2000, 4)) for _ in range(2)]
    tables = [np.asarray(table, np.float32) for table in tables]
    alone = max((table.argmax(axis=1) == y).mean() for table in tables)
    assert (blend(tables).argmax(axis=1) == y).mean() > alone + 0.05
