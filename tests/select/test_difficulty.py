import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanonet.errors import UserError
from nanonet.select import (
    class_medians,
    confidence_floor,
    difficult,
    difficulty,
    keep_chance,
    nucleus,
)


@pytest.mark.parametrize("peak", [0.3, 0.7, 1.0])
@pytest.mark.parametrize("rate", [0.1, 0.3, 1.0])
def test_the_mean_chance_is_the_rate_whatever_the_peak(peak, rate):
    x = (np.arange(200_000) + 0.5) / 200_000
    assert keep_chance(x, rate, peak).mean() == pytest.approx(rate, rel=1e-3)


def test_the_chance_rises_to_its_peak_and_falls_behind_it():
    x = np.linspace(0.01, 0.99, 99)
    f = keep_chance(x, 0.3, 0.7)
    assert f.argmax() == 69
    assert (np.diff(f[:70]) > 0).all()
    assert (np.diff(f[70:]) < 0).all()
    assert (np.diff(keep_chance(x, 0.1, 1.0)) > 0).all()


def test_the_nucleus_holds_the_fewest_classes_that_make_95_percent():
    table = np.array([[1, 0, 0], [0.95, 0.05, 0], [0.94, 0.05, 0.01], [1 / 3] * 3])
    assert nucleus(table).tolist() == [1, 1, 2, 3]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_difficulty_is_between_0_and_1_and_does_not_fall_with_the_rank(seed):
    p = np.random.default_rng(seed).dirichlet(np.full(5, 0.5), 1).astype(np.float32)
    each = np.array([difficulty(p, np.eye(5)[[c]])[0] for c in np.argsort(-p[0])])
    assert each.min() >= 0
    assert each.max() <= 1
    assert (np.diff(each) >= -1e-6).all()


def test_difficulty_is_continuous_where_the_two_likeliest_change_places():
    first = difficulty(np.array([[0.5 + 1e-5, 0.5 - 1e-5]]), np.eye(2)[[0]])
    second = difficulty(np.array([[0.5 - 1e-5, 0.5 + 1e-5]]), np.eye(2)[[0]])
    assert first == pytest.approx(second, abs=1e-4)
    assert first == pytest.approx([0.5], abs=1e-4)


def test_a_soft_teacher_counts_each_class_by_its_probability():
    p = np.array([[0.6, 0.3, 0.1]])
    parts = [difficulty(p, np.eye(3)[[c]])[0] for c in range(3)]
    q = np.array([[0.5, 0.3, 0.2]])
    assert difficulty(p, q)[0] == pytest.approx(np.dot(q[0], parts), abs=1e-6)


def test_the_draw_is_exact_keeps_the_groups_and_never_takes_what_is_below_the_floor():
    rng = np.random.default_rng(0)
    score, group = rng.random(500), rng.integers(0, 4, 500)
    allowed = rng.random(500) < 0.6
    rows = difficult(score, group, 60, rng, allowed=allowed)
    assert len(set(rows.tolist())) == 60
    assert allowed[rows].all()
    shares = np.bincount(group[rows]) / 60
    assert shares == pytest.approx(np.bincount(group[allowed]) / allowed.sum(), abs=0.03)
    assert (
        sorted(difficult(score, group, 999, rng, allowed=allowed))
        == np.flatnonzero(allowed).tolist()
    ), "fewer than asked: all above the floor"
    hard = difficult(score, np.zeros(500, int), 50, rng, peak=1.0)
    assert score[hard].mean() > 0.85


def test_with_planted_noise_the_floor_keeps_what_is_drawn_purer():
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 3000)
    strength = rng.uniform(0, 4, 3000)  # how clearly a text shows its class
    student = np.exp(strength[:, None] * np.eye(3)[truth] + rng.normal(0, 0.5, (3000, 3)))
    student /= student.sum(axis=1, keepdims=True)
    teacher = np.exp(strength[:, None] * np.eye(3)[truth] + rng.normal(0, 1.5, (3000, 3)))
    teacher /= teacher.sum(axis=1, keepdims=True)
    sure, guess = teacher.max(axis=1), teacher.argmax(axis=1)
    hard = difficulty(student, np.eye(3)[guess])
    right = guess == truth
    probe = np.arange(200)
    floor = confidence_floor(sure[probe], right[probe], sure, guess)
    free = difficult(hard, guess, 300, np.random.default_rng(0))
    held = difficult(hard, guess, 300, np.random.default_rng(0), allowed=sure >= floor)
    assert right[held].mean() > right[free].mean() + 0.05


def test_the_floor_is_the_classes_median_where_labels_are_few():
    sure, guess = np.array([0.2, 0.4, 0.9, 0.5], np.float32), np.array([0, 0, 0, 1])
    assert class_medians(sure, guess) == pytest.approx([0.4, 0.4, 0.4, 0.5])
    floor = confidence_floor(np.ones(10), np.ones(10, bool), sure, guess)
    assert floor == pytest.approx([0.4, 0.4, 0.4, 0.5])


def test_what_is_no_rate_and_tables_of_different_size_are_refused():
    with pytest.raises(UserError, match="rate is 0"):
        keep_chance(np.array([0.5]), 0, 0.7)
    with pytest.raises(UserError, match="teacher's"):
        difficulty(np.eye(2), np.eye(3))
    with pytest.raises(UserError, match=r"row 1 sums to 1\.5"):
        difficulty(np.array([[0.5, 0.5], [1.0, 0.5]]), np.eye(2))
