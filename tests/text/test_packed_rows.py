"""Two numbers in a byte come back as they went in, and bytes that are no rows are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanonet.errors import FormatError
from nanonet.text import HALF_MOST, pack_rows, unpack_rows


@given(st.integers(0, 6), st.integers(1, 9), st.integers(0, 99))
def test_there_and_back(count, columns, seed):
    rng = np.random.default_rng(seed)
    rows = rng.integers(-HALF_MOST, HALF_MOST + 1, (count, columns), np.int8)
    packed = pack_rows(rows)
    assert packed.nbytes == count * ((columns + 1) // 2)
    back = unpack_rows(packed, columns)
    assert back.dtype == np.int8
    assert back.flags.c_contiguous
    assert np.array_equal(back, rows)


def test_numbers_that_do_not_fit_are_a_mistake():
    with pytest.raises(ValueError, match="-7 to 7"):
        pack_rows(np.array([[8]], np.int8))


@pytest.mark.parametrize("columns", [1, 2, 5, 6])
def test_another_number_of_classes_is_refused(columns):
    packed = pack_rows(np.zeros((3, 4), np.int8))
    with pytest.raises(FormatError, match=rf"rows4.*with {columns} classes"):
        unpack_rows(packed if columns > 2 else np.zeros((3, 2), np.uint8), columns)
    with pytest.raises(FormatError, match="int8"):
        unpack_rows(packed.view(np.int8), 4)
