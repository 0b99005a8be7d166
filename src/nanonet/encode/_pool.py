"""Work spread over threads that stops at once when it is interrupted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def cores() -> int:
    """CPU cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def each(
    work: Callable[[Item], None],
    items: Iterable[Item],
    done: Callable[[int], None],
    workers: int,
) -> None:
    """Call ``work`` on every item in threads, and ``done(1)`` in this thread as they finish.

    An error or Ctrl-C drops the items not yet begun and waits only for the few under way.
    """
    pool = ThreadPoolExecutor(workers)
    try:
        for future in [pool.submit(work, item) for item in items]:
            future.result()
            done(1)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
