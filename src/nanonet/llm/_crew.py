"""Several questions under way at once, and when to give the endpoint up."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence

from nanonet.errors import UserError
from nanonet.llm.attempt import Attempts, OutOfBudget
from nanonet.llm.question import Question
from nanonet.llm.store import Kept

__all__ = ["Crew"]

_UNREACHED = 20  # questions in a row without an answer, after which the endpoint counts as gone


class Crew:
    """Threads that work through questions; they die with the process, and money is on file.

    threads: 0 is one thread, whose question shows whether the endpoint is one.
    """

    def __init__(
        self, attempts: Attempts, work: Sequence[tuple[str, Question, Kept]], threads: int
    ) -> None:
        self.attempts = attempts
        self.error: Exception | None = None
        self.out_of_budget = False
        self._todo: queue.SimpleQueue[tuple[str, Question, Kept]] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[str, Kept] | None] = queue.SimpleQueue()
        self._scout = not threads
        self._silent = 0
        for item in work:
            self._todo.put(item)
        count = min(max(threads, 1), len(work))
        self._threads = [threading.Thread(target=self._labour, daemon=True) for _ in range(count)]

    def run(self, ends: dict[str, Kept], told: Callable[[], None]) -> None:
        """Fill ``ends``; ``told`` is called from this thread after each."""
        for thread in self._threads:
            thread.start()
        try:
            self._gather(ends, told)
        except BaseException:
            self.attempts.pace.stopped.set()
            for thread in self._threads:
                thread.join()  # their answers are paid; a second Ctrl-C breaks this off
            raise

    def _gather(self, ends: dict[str, Kept], told: Callable[[], None]) -> None:
        working = len(self._threads)
        while working:
            item = self._done.get()
            if item is None:
                working -= 1
                continue
            ends[item[0]] = item[1]
            told()
            self._watch(item[1])

    def _watch(self, kept: Kept) -> None:
        self._silent = self._silent + 1 if kept.state == "unreached" else 0
        if self._silent >= (1 if self._scout else _UNREACHED) and self.error is None:
            self._stop(
                UserError(
                    f"{self.attempts.wire.endpoint.place}: {kept.why}, for all that was tried; "
                    "check --base-url and the server, then run the same command: what was paid "
                    "is kept"
                )
            )

    def _labour(self) -> None:
        try:
            while not self.attempts.pace.stopped.is_set():
                try:
                    key, question, so_far = self._todo.get_nowait()
                except queue.Empty:
                    return
                self._done.put((key, self.attempts.answer(key, question, so_far)))
        except OutOfBudget:
            self.out_of_budget = True
            self.attempts.pace.stopped.set()
        except Exception as error:
            self._stop(error)
        finally:
            self._done.put(None)

    def _stop(self, error: Exception) -> None:
        self.error = self.error or error
        self.attempts.pace.stopped.set()
