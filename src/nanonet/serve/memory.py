"""Free memory handed back to the system, so that a server stays as small as what it holds."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

__all__ = ["give_back"]


def _trim() -> Callable[[int], int] | None:
    """glibc's malloc_trim; None elsewhere."""
    try:
        return ctypes.CDLL(None).malloc_trim  # type: ignore[no-any-return]
    except (AttributeError, OSError, TypeError):
        return None


_TRIM = _trim()


def give_back() -> None:
    """Return what is free in the heaps of all threads.

    glibc keeps a heap for each thread and in it what was freed; large requests and models loaded
    under way left a server some megabytes larger for each thread that had met one.
    """
    if _TRIM is not None:
        _TRIM(0)
