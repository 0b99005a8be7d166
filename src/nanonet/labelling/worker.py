"""The process beside the server that reads the texts, learns, and says what to ask next.

It takes JSON lines on standard input (the first is the ``Task``, each later one what is known
now) and gives JSON lines on standard output. It ends when its input does, so it does not outlive
the server, however that ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nanonet.encode import load_encoder
from nanonet.labelling.head import Head
from nanonet.labelling.reading import Reader
from nanonet.labelling.speaking import speaker
from nanonet.labelling.tasks import Task, spec_of
from nanonet.learn import Floats
from nanonet.runtime import load
from nanonet.select import telling

__all__ = ["main"]

_ORDERED, _CHECKS, _TOLD = 100, 25, 3
Say = Callable[[dict[str, Any]], None]
_SECONDS = 0.3  # between two reports of how much is read


def main() -> None:
    """The process."""
    task = Task(**json.loads(sys.stdin.readline()))
    say, inbox = speaker(), _Inbox()
    say({"stage": "starting"})
    cache = None if task.cache_dir is None else Path(task.cache_dir)
    encoder = load_encoder(task.encoder, cache_dir=cache)
    reader = Reader(encoder, task.pool, task.labelled, cache)
    told = _Told(len(task.pool) + len(task.labelled), say)
    for done in reader.parts(told.advance):
        turn = _Turn(task, reader, done, say)
        if (state := inbox.newest()) is not None:
            turn.answer(state)
    say({"stage": "ready", "done": told.total, "total": told.total})
    while True:
        turn.answer(inbox.wait())


class _Inbox:
    """What is known now: only the newest line counts."""

    def __init__(self) -> None:
        self._state: dict[str, Any] | None = None
        self._news = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def newest(self) -> dict[str, Any] | None:
        """The last state that came; None before the first."""
        self._news.clear()
        return self._state

    def wait(self) -> dict[str, Any]:
        """The next state that is new."""
        self._news.wait()
        self._news.clear()
        assert self._state is not None
        return self._state

    def _read(self) -> None:
        for line in sys.stdin:
            self._state = json.loads(line)
            self._news.set()
        os._exit(0)  # the server has gone


class _Turn:
    """Learning and choosing over the pool texts read so far."""

    def __init__(self, task: Task, reader: Reader, read: int, say: Say) -> None:
        self._task, self._reader, self._read, self._say = task, reader, read, say
        self._reading = reader.reading(read)
        self._points = reader.points(self._reading)
        self._head = Head(self._reading, read)
        self._model: tuple[tuple[str, int], list[str], Floats] | None = None

    def answer(self, state: dict[str, Any]) -> None:
        """Learn from this state and tell the order."""
        specs = [spec_of(spec) for spec in state["classes"]]
        names = [spec.name for spec in specs]
        rows, y = self._labels(state["labels"], names)
        table = self._head.learn(rows, y, len(specs), self._reader.names(specs, self._reading))
        rng = np.random.default_rng([self._task.seed, len(rows)])
        shut = np.zeros(self._reading.n, bool)
        shut[[row for row in state["shut"] if row < self._read]] = True
        shut[rows] = True
        shut[self._read :] = True
        views = [self._points, *self._head.views()]
        order = telling(views, _ORDERED, labelled=rows, shut=shut, table=table)
        free = np.flatnonzero(~shut)
        checks = rng.permutation(free)[:_CHECKS]
        held = [row for row in state["held"] if row < self._read]
        wanted = np.unique(np.concatenate([order, checks, np.array(held, np.int64)]))
        self._say({
            "order": order.tolist(), "checks": checks.tolist(), "answers": state["answers"],
            "guesses": self._guesses(table, names, wanted, state.get("model")),
        })  # fmt: skip

    def _labels(
        self, given: list[list[Any]], names: Sequence[str]
    ) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.int64]]]:
        """Rows of this turn's reading and their classes; what is not read yet waits."""
        number = {name: at for at, name in enumerate(names)}
        pool = len(self._task.pool)
        found = [
            (row if row < pool else self._read + row - pool, number[label])
            for row, label in given
            if row < self._read or row >= pool
        ]
        rows, y = zip(*found, strict=True) if found else ((), ())
        return np.array(rows, np.int64), np.array(y, np.int64)

    def _guesses(
        self, table: Floats | None, names: list[str], rows: Any, model: str | None
    ) -> dict[int, list[tuple[str, float]]]:
        """The likeliest classes of some rows, by the head and the last whole fit together."""
        seen = None if table is None else table[rows]
        fitted = self._fitted(model, names, rows)
        if fitted is not None:
            seen = fitted if seen is None else 0.5 * (seen + fitted)
        if seen is None:
            return {}
        top = np.argsort(-seen, axis=1, kind="stable")[:, :_TOLD]
        return {
            int(row): [(names[c], round(float(line[c]), 4)) for c in best]
            for row, line, best in zip(rows, seen, top.tolist(), strict=True)
        }

    def _fitted(self, model: str | None, names: list[str], rows: Any) -> Floats | None:
        """What the last whole fit says, where it knows the same classes."""
        if model is None:
            return None
        try:
            stamp = (model, (Path(model) / "model.json").stat().st_mtime_ns)
            if self._model is None or self._model[0] != stamp:
                one = load(model)
                said = one.predict_proba(list(self._task.pool[: self._read]))
                self._model = (stamp, list(one.classes_), said)
        except Exception as error:  # the folder is being replaced, or is damaged: go on without
            print(f"note: {model} was not read: {error}", file=sys.stderr)
            return None
        _, classes, said = self._model
        if set(classes) != set(names):
            return None
        return said[rows][:, [classes.index(name) for name in names]]


class _Told:
    """Reports how much is read, a few times a second at most."""

    def __init__(self, total: int, say: Say) -> None:
        self.total, self._say, self._done, self._last = total, say, 0, 0.0

    def advance(self, n: int) -> None:
        """``n`` more texts."""
        self._done = min(self.total, self._done + n)
        if time.monotonic() - self._last > _SECONDS:
            self._last = time.monotonic()
            self._say({"stage": "reading", "done": self._done, "total": self.total})
