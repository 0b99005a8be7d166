"""Which labelled rows stand for their class."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanonet.errors import UserError
from nanonet.select import prototype_rows

TABLE = np.array(
    [[0.9, 0.1, 0.0], [0.5, 0.3, 0.2], [0.2, 0.8, 0.0], [0.4, 0.6, 0.0], [0.7, 0.2, 0.1],
     [0.3, 0.3, 0.4]], np.float32,
)  # fmt: skip


def test_clear_is_the_surest_and_borderline_only_just_belongs():
    rows = prototype_rows(TABLE, np.array([0, 0, 1, 1, 1, 2]))
    # Row 4 is labelled 1 and taken for 0: a wrong answer is no borderline case while others are.
    assert rows == ((0, 0, 1), (1, 2, 3), (2, 5, None))


def test_where_all_answers_are_wrong_the_least_wrong_stand_for_the_class():
    assert prototype_rows(TABLE, np.array([1, 2, 0, 0, 1, 2]))[2] == (2, 5, 1)
    assert prototype_rows(TABLE[:4], np.array([1, 1, 0, 0]))[0] == (0, 3, 2)


def test_refusals():
    with pytest.raises(UserError, match="all labels are the same"):
        prototype_rows(TABLE, np.zeros(6, np.int64))


@given(st.integers(0, 2**32), st.integers(4, 40))
def test_rows_are_of_their_class_and_different(seed, n):
    rng = np.random.default_rng(seed)
    y = np.concatenate([[0, 1], rng.integers(0, 4, n - 2)])
    table = rng.dirichlet(np.ones(4), n).astype(np.float32)
    found = prototype_rows(table, y)
    assert [one for one, _, _ in found] == sorted(set(y.tolist()))
    for one, clear, border in found:
        assert y[clear] == one
        assert border is None or (y[border] == one and border != clear)
        assert (border is None) == ((y == one).sum() == 1)
