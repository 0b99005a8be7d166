"""Packed ids come back as they were, and bytes that are none are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanonet.errors import FormatError
from nanonet.text import gap_bytes, pack_ids, unpack_ids

IDS = st.one_of(st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(2**32 - 300, 2**32 - 1))


@given(st.sets(IDS, max_size=80))
def test_ids_survive_the_round_trip(ids: set[int]) -> None:
    table = np.array(sorted(ids), np.uint32)
    packed = pack_ids(table)
    assert packed.dtype == np.uint8
    assert len(packed) == gap_bytes(table).sum()
    back = unpack_ids(packed)
    assert back.dtype == np.uint32
    assert np.array_equal(back, table)


@given(st.binary(max_size=24))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        ids = unpack_ids(np.frombuffer(raw, np.uint8))
    except FormatError:
        return
    assert (ids[1:] > ids[:-1]).all()


def test_the_ends_of_the_range() -> None:
    assert pack_ids(np.array([0, 2**32 - 1], np.uint32)).tolist() == [0, 255, 255, 255, 255, 15]
    assert len(unpack_ids(pack_ids(np.zeros(0, np.uint32)))) == 0


@pytest.mark.parametrize(
    "raw", [[128], [3, 0], [3, 255, 255, 255, 255, 15], [255, 255, 255, 255, 16], [128] * 5 + [1]]
)
def test_what_is_no_list_of_ids_is_refused(raw: list[int]) -> None:
    with pytest.raises(FormatError, match="packed keys cannot be read"):
        unpack_ids(np.array(raw, np.uint8))


def test_hashes_take_less_than_three_bytes() -> None:
    ids = np.unique(np.random.default_rng(0).integers(0, 2**32, 100_000, np.uint32))
    assert len(pack_ids(ids)) < 2.75 * len(ids)
