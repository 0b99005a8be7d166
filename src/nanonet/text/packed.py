"""Lists of n-gram ids in few bytes: what a model keeps of its keys."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import FormatError

_LIMITS = (1 << 7, 1 << 14, 1 << 21, 1 << 28)


def gap_bytes(ids: NDArray[np.uint32]) -> NDArray[np.int64]:
    """How many bytes each of the ascending ids takes when packed, 1 to 5 each."""
    return np.searchsorted(_LIMITS, np.diff(ids, prepend=np.uint32(0)), side="right") + 1


def pack_ids(ids: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Ascending distinct ids as gaps, each in seven-bit groups, low ones first (LEB128).

    Every byte but the last of a gap has its highest bit set. Ids are hashes, so 100,000 of them lie
    43,000 apart on average and take 2.7 bytes each in place of four.

    >>> pack_ids(np.array([3, 4, 1000], np.uint32)).tolist()
    [3, 1, 228, 7]
    """
    gaps = np.diff(ids.astype(np.uint64), prepend=np.uint64(0))
    sizes = gap_bytes(ids)
    place = _places(sizes)
    groups = (np.repeat(gaps, sizes) >> (7 * place).astype(np.uint64)) & np.uint64(127)
    more = place < np.repeat(sizes, sizes) - 1
    return (groups.astype(np.uint8) | (more.astype(np.uint8) << 7)).astype(np.uint8)


def unpack_ids(packed: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """The reverse of :func:`pack_ids`; FormatError where the bytes are no such list.

    >>> unpack_ids(np.array([3, 1, 228, 7], np.uint8)).tolist()
    [3, 4, 1000]
    """
    if packed.dtype != np.uint8 or packed.ndim != 1:
        raise FormatError(_refused(f"they are {packed.dtype} {list(packed.shape)}, not bytes"))
    ends = np.flatnonzero(packed < 128)
    sizes = np.diff(ends, prepend=-1)
    if len(packed) and (not len(ends) or ends[-1] != len(packed) - 1 or sizes.max() > 5):
        raise FormatError(_refused("a number is cut off or too long"))
    groups = (packed & 127).astype(np.uint64) << (7 * _places(sizes)).astype(np.uint64)
    gaps = np.add.reduceat(groups, ends - sizes + 1) if len(ends) else np.zeros(0, np.uint64)
    ids = np.cumsum(gaps)
    if len(ids) and ((gaps[1:] == 0).any() or gaps.max() >> 32 or ids[-1] >> 32):
        raise FormatError(_refused("they are not ascending and distinct 32-bit numbers"))
    return ids.astype(np.uint32)


def _places(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, .. within each group of so many."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _refused(why: str) -> str:
    return f"the model's packed keys cannot be read ({why}); fit again"
