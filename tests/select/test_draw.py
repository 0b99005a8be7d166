import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanonet.errors import UserError
from nanonet.select import chances, draw, quotas, systematic


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=30), st.integers(1, 30))
def test_chances_sum_to_the_count_and_none_is_above_one(worth, count):
    p = chances(np.array(worth), count)
    assert p.sum() == pytest.approx(min(count, len(worth)))
    assert p.min() >= 0
    assert p.max() <= 1 + 1e-9


def test_chances_follow_the_worth_until_they_reach_one():
    assert chances(np.array([1.0, 2.0, 3.0]), 1) == pytest.approx([1 / 6, 2 / 6, 3 / 6])
    assert chances(np.array([1.0, 1.0, 100.0]), 2) == pytest.approx([0.5, 0.5, 1])
    assert chances(np.array([0.0, 0.0, 5.0]), 2) == pytest.approx([0.5, 0.5, 1])


def test_a_draw_hits_its_chances():
    p = chances(np.array([1.0, 2, 3, 4, 20]), 2)
    seen = np.zeros(5)
    rng = np.random.default_rng(0)
    for _ in range(10_000):
        rows = systematic(p, rng)
        assert len(rows) == 2
        seen[rows] += 1
    assert seen / 10_000 == pytest.approx(p, abs=0.02)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 40))
def test_each_group_gets_its_sum_rounded_up_or_down(seed, count):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, 40)
    p = chances(rng.uniform(0.1, 1, 40), count)
    rows = systematic(p, rng, group)
    assert len(rows) == count
    for one in range(3):
        assert abs((group[rows] == one).sum() - p[group == one].sum()) < 1 + 1e-6


def test_draw_is_both_in_one():
    rows = draw(np.ones(10), 4, np.random.default_rng(0), np.arange(10) % 2)
    assert sorted(rows % 2) == [0, 0, 1, 1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=8), st.integers(0, 60), st.integers(0, 3))
def test_quotas_give_what_is_asked_and_no_more_than_there_is(sizes, count, least):
    out = quotas(np.array(sizes), count, least)
    assert out.sum() == min(count, sum(sizes))
    assert (out <= sizes).all()
    assert (out >= 0).all()
    if np.minimum(sizes, least).sum() <= count:
        assert (out >= np.minimum(sizes, least)).all()
    open_ = [given for given, there in zip(out, sizes, strict=True) if given < there]
    assert not open_ or max(open_) - min(open_) <= 1, "equal shares for those that could give more"


def test_a_worth_that_is_none_is_refused():
    with pytest.raises(UserError, match="worth"):
        chances(np.array([1.0, -1.0]), 1)
