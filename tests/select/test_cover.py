import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanonet.errors import UserError
from nanonet.select import herding, k_centre


def _points(seed, n=60, d=5):
    found = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def _radius(points, rows):
    gaps = np.linalg.norm(points[:, None] - points[rows][None], axis=2)
    return gaps.min(axis=1).max()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 60), st.sampled_from(["random", "middle"]))
def test_both_return_that_many_different_rows_and_the_same_ones_again(seed, count, start):
    points = _points(seed)
    rows = k_centre(points, count, np.random.default_rng(seed), start)
    assert len(set(rows.tolist())) == count
    assert rows.max() < 60
    assert (rows == k_centre(points, count, np.random.default_rng(seed), start)).all()
    assert len(set(herding(points, count).tolist())) == count


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_farthest_first_is_within_twice_the_radius_of_any_other_choice(seed):
    points = _points(seed, n=25, d=3)
    rows = k_centre(points, 4, np.random.default_rng(seed))
    others = np.random.default_rng(seed).permuted(np.tile(np.arange(25), (500, 1)), axis=1)[:, :4]
    assert _radius(points, rows) <= 2 * min(_radius(points, one) for one in others) + 1e-4


def test_the_first_rows_are_those_of_a_smaller_count():
    points = _points(3)
    small, large = (k_centre(points, k, np.random.default_rng(1)) for k in (5, 20))
    assert (large[:5] == small).all()
    assert (herding(points, 20)[:5] == herding(points, 5)).all()


def test_rows_chosen_before_are_covered_and_not_chosen_again():
    points = np.array([[0.0], [0.1], [5.0], [9.0]], np.float32)
    rng = np.random.default_rng(0)
    assert k_centre(points, 1, rng, start=[3]).tolist() == [0]
    assert sorted(k_centre(points, 9, rng, start=[0, 3]).tolist()) == [1, 2]
    assert k_centre(points, 2, rng, start=[0, 1, 2, 3]).tolist() == []


def test_middle_begins_at_the_row_nearest_to_the_mean():
    points = np.array([[0.0], [4.9], [5.0], [10.0]], np.float32)
    assert k_centre(points, 1, np.random.default_rng(0), "middle").tolist() == [2]


def test_copies_come_last():
    points = np.repeat(_points(0, n=10), 3, axis=0)
    rows = k_centre(points, 10, np.random.default_rng(0))
    assert sorted(rows // 3) == list(range(10))


def test_herding_keeps_the_mean_better_than_chance():
    points = _points(1, n=400, d=20) + np.eye(20, dtype=np.float32)[0]
    mean = points.mean(axis=0)
    rng = np.random.default_rng(0)
    by_chance = [
        np.linalg.norm(points[rng.choice(400, 20, replace=False)].mean(axis=0) - mean)
        for _ in range(200)
    ]
    ours = np.linalg.norm(points[herding(points, 20)].mean(axis=0) - mean)
    assert ours < 0.5 * min(by_chance)


def test_each_step_of_herding_is_the_best_one():
    points = _points(2, n=30)
    mean, rows = points.mean(axis=0), herding(points, 6)
    for step in range(6):
        left = [i for i in range(30) if i not in rows[:step]]
        gaps = [np.linalg.norm(mean - points[[*rows[:step], i]].mean(axis=0)) for i in left]
        assert min(gaps) == pytest.approx(gaps[left.index(rows[step])], abs=1e-5)


def test_fewer_rows_than_asked_are_all_given():
    points = _points(0, n=4)
    assert sorted(herding(points, 10)) == [0, 1, 2, 3]
    assert sorted(k_centre(points, 10, np.random.default_rng(0))) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((np.eye(3), 0), "count is 0"),
        ((np.eye(3), 1.5), "count is 1.5"),
        ((np.ones(3), 1), "shape"),
        ((np.array([[0.0], [np.nan]]), 1), "row 1"),
    ],
)
def test_what_cannot_be_chosen_from_is_said(arguments, said):
    with pytest.raises(UserError, match=said):
        herding(*arguments)
    with pytest.raises(UserError, match=said):
        k_centre(*arguments, np.random.default_rng(0))


def test_a_start_that_is_none_is_refused():
    with pytest.raises(UserError, match="start is 'left'"):
        k_centre(np.eye(3), 1, np.random.default_rng(0), "left")
    with pytest.raises(UserError, match="there are 3"):
        k_centre(np.eye(3), 1, np.random.default_rng(0), [3])
