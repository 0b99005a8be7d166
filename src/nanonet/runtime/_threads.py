"""Sharing texts out among threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from threading import Thread
from typing import TypeVar

from nanonet.runtime.scorer import CHUNK

Result = TypeVar("Result")
MANY = 4 * CHUNK
"""From so many texts on more than one thread pays, unless the caller says otherwise."""


def thread_count(texts: int, wanted: int | None) -> int:
    """How many threads to use: as wanted, but no more than there are chunks of texts."""
    if wanted is None:
        wanted = _processors() if texts >= MANY else 1
    return max(1, min(wanted, -(-texts // CHUNK)))


def spread(
    work: Callable[[Sequence[str]], Result], texts: Sequence[str], threads: int
) -> list[Result]:
    """``work`` on consecutive parts of the texts, in order; the first exception is raised again."""
    if threads == 1:
        return [work(texts)]
    starts = iter(range(0, len(texts), CHUNK))  # whoever is free takes the next one
    done: dict[int, Result] = {}
    failed: list[BaseException] = []

    def run() -> None:
        try:
            for start in starts:
                if failed:
                    return
                done[start] = work(texts[start : start + CHUNK])
        except BaseException as error:
            failed.append(error)

    helpers = [Thread(target=run, daemon=True) for _ in range(threads - 1)]
    for helper in helpers:
        helper.start()
    run()
    for helper in helpers:
        helper.join()
    if failed:
        raise failed[0]
    return [done[start] for start in sorted(done)]


def _processors() -> int:
    """Those this process may use, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
