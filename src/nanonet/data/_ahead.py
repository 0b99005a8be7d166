"""Reading, scoring and writing side by side: an iterator that works ahead in a thread."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from queue import Full, Queue
from typing import TypeVar

Item = TypeVar("Item")
_LOOK_S = 0.1
_WAIT_S = 0.5


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(items: Iterable[Item], depth: int = 2) -> Generator[Item, None, None]:
    """The items in order, made in a thread of their own, at most ``depth`` of them waiting.

    What the thread raises is raised here, behind the items before it. Closing this generator
    (``contextlib.closing``) ends the thread and closes ``items``, so that of several stages each
    ends the one before it.
    """
    passed: Queue[Item | _End] = Queue(depth)
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(items, passed, stop), daemon=True)
    thread.start()
    try:
        while True:
            item = passed.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stop.set()
        # A thread that waits for a pipe cannot be woken; it is a daemon and may be left behind.
        thread.join(_WAIT_S)


def _work(items: Iterable[Item], passed: Queue[Item | _End], stop: threading.Event) -> None:
    end = _End(None)
    try:
        for item in items:
            if not _put(item, passed, stop):
                break
    except BaseException as error:
        end = _End(error)
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            close()
    _put(end, passed, stop)


def _put(item: Item | _End, passed: Queue[Item | _End], stop: threading.Event) -> bool:
    """Hand the item on; False where nobody wants it any more."""
    while not stop.is_set():
        try:
            passed.put(item, timeout=_LOOK_S)
            return True
        except Full:
            continue
    return False
