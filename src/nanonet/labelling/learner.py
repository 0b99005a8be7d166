"""The two processes beside the desk: one that guesses and orders, one that fits whole models.

Answering waits for neither. The first learns again after every few answers; the second runs
``nanonet fit`` at effort quick when enough answers have come since the last time.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nanonet.data import ClassSpec
from nanonet.labelling.child import Child
from nanonet.labelling.desk import Desk, Order
from nanonet.labelling.tasks import Job, Task

__all__ = ["FIRST_FIT", "Learner", "LearnerSettings", "fittable"]

FIRST_FIT = 12  # answers before the first whole fit
_GROWTH, _STEP = 1.25, 10  # the next one comes with a quarter, and ten, more answers
_LEAST_EACH = 2  # answers that a class needs before it is fitted at all
_PATIENCE = 5  # where names are given: answers a class after which those never met are left out
_LEAST_POOL = 50  # texts from which names alone can be learned


@dataclass(frozen=True)
class LearnerSettings:
    """out: folder of the model; model: a folder to take guesses from until the first fit."""

    out: Path
    model: Path | None = None
    encoder: str | None = None
    cache_dir: str | None = None
    seed: int = 0


class Learner:
    """Keeps a desk's order and the model folder up to date until it is closed.

    labelled: (text, label) of texts that are not on the desk.
    """

    def __init__(
        self, desk: Desk, labelled: Sequence[tuple[str, str]], settings: LearnerSettings
    ) -> None:
        self._desk, self._labelled, self._settings = desk, tuple(labelled), settings
        self._status: dict[str, Any] = {"stage": "starting", "done": 0, "total": 0}
        self._fit: dict[str, Any] = {"fitting": False, "answers": None, "said": ""}
        self._job: Child | None = None
        self._failed_at = -1
        self._closed = False
        self._lock = threading.RLock()
        self._news = threading.Event()
        task = Task(
            tuple(desk.texts),
            tuple(text for text, _ in labelled),
            settings.encoder,
            settings.cache_dir,
            settings.seed,
        )
        self._worker = Child("worker", self._heard, self._worker_ended)
        desk.changed = self._news.set
        self._news.set()
        threading.Thread(target=self._keep_up, args=(task,), daemon=True).start()

    def status(self) -> dict[str, Any]:
        """What both processes are doing."""
        with self._lock:
            return {**self._status, "fit": dict(self._fit)}

    def fit_now(self) -> bool:
        """Fit the whole model now; False where one is being fitted or there is too little."""
        with self._lock:
            return self._start_fit(always=True)

    def close(self) -> None:
        """End both processes; the answers and the last model are on the disk."""
        with self._lock:
            self._closed = True
            job = self._job
        self._news.set()
        self._worker.stop()
        if job is not None:
            job.stop()

    def _keep_up(self, task: Task) -> None:
        """Whenever something was said, let the worker know and see whether a fit is due.

        The desk only sets an event, so that no answer waits for a pipe.
        """
        self._worker.say(task.line())
        while True:
            self._news.wait()
            self._news.clear()
            if self._closed:
                return
            self._worker.say(json.dumps(self._state()) + "\n")
            with self._lock:
                self._start_fit()

    def _state(self) -> dict[str, Any]:
        now = self._desk.snapshot()
        pool = len(self._desk.texts)
        labels: list[list[Any]] = [[row, label] for _, label, row in now.answers if row is not None]
        labels += [[pool + at, label] for at, (_, label) in enumerate(self._labelled)]
        model = self._settings.out if (self._settings.out / "model.json").is_file() else None
        model = model or self._settings.model
        return {
            "labels": labels,
            "classes": [asdict(spec) for spec in now.specs],
            "shut": now.shut,
            "held": now.held,
            "answers": len(now.answers),
            "model": None if model is None else str(model),
        }

    def _heard(self, said: dict[str, Any]) -> None:
        if "stage" in said:
            with self._lock:
                self._status = self._status | said
            return
        guesses = {
            int(row): tuple((name, share) for name, share in top)
            for row, top in said["guesses"].items()
        }
        order = Order(tuple(said["order"]), tuple(said["checks"]), guesses, said["answers"])
        self._desk.take_order(order)

    def _worker_ended(self, code: int) -> None:
        with self._lock:
            if self._closed:
                return
            self._status = self._status | {"stage": "stopped"}
        print(f"error: the process that orders the texts ended ({code}); labelling goes on "
              "without it, in random order", file=sys.stderr)  # fmt: skip

    def _start_fit(self, always: bool = False) -> bool:
        if self._closed or self._job is not None:
            return False
        now = self._desk.snapshot()
        known = [*self._labelled, *((text, label) for text, label, _ in now.answers)]
        rows, specs = fittable(known, now.specs, self._desk.classes.given and not always)
        before = self._fit["answers"]
        due = len(rows) >= FIRST_FIT if before is None else (
            len(rows) >= max(_GROWTH * before, before + _STEP)
        )  # fmt: skip
        if before is None and not rows:
            due = self._desk.classes.given and len(self._desk.texts) >= _LEAST_POOL
        if len(rows) == self._failed_at or not (due or (always and len(rows) != before)):
            return False
        if len(specs) < 2:
            return False
        job = Job(
            tuple(text for text, _ in rows),
            tuple(label for _, label in rows),
            tuple(self._desk.texts),
            tuple(asdict(replace(spec, parent=None)) for spec in specs),
            str(self._settings.out),
            self._settings.encoder,
            self._settings.cache_dir,
            self._settings.seed,
        )
        self._fit = self._fit | {"fitting": True}
        self._job = Child("fitting", self._fitted, lambda code: self._fit_ended(len(rows), code))
        threading.Thread(target=self._job.say, args=(job.line(),), daemon=True).start()
        return True

    def _fitted(self, said: dict[str, Any]) -> None:
        with self._lock:
            if "error" in said:
                self._fit = self._fit | {"said": said["error"]}
            else:
                self._fit = {"fitting": True, "said": "", **said}

    def _fit_ended(self, rows: int, code: int) -> None:
        with self._lock:
            self._job = None
            self._fit = self._fit | {"fitting": False}
            if self._fit["answers"] != rows:
                self._failed_at = rows
        self._news.set()


def fittable(
    known: Sequence[tuple[str, str]], specs: Sequence[ClassSpec], patient: bool
) -> tuple[list[tuple[str, str]], list[ClassSpec]]:
    """What to fit on: the (text, label) of classes with enough of them, and these classes.

    Without labels all classes, by their names. patient: nothing while a class lacks labels and
    there are few in all; the model of the names knows all classes, and one of a few of them would
    be a step back.
    """
    if not known:
        return [], list(specs)
    counts = Counter(label for _, label in known)
    enough = [spec for spec in specs if counts[spec.name] >= _LEAST_EACH]
    if patient and len(enough) < len(specs) and len(known) < _PATIENCE * len(specs):
        return [], []
    names = {spec.name for spec in enough}
    return [row for row in known if row[1] in names], enough
