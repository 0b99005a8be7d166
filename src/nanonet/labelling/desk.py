"""The desk at which people label: which text comes next, and what was said of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nanonet.data import ClassSpec
from nanonet.errors import UserError
from nanonet.labelling.classes import ClassList
from nanonet.labelling.estimate import CHECK_EVERY, estimated
from nanonet.labelling.leases import Lease, Leases, Step
from nanonet.labelling.rows import RowFile

__all__ = ["Conflict", "Desk", "Files", "Order"]

ASIDE = ("unsure", "skip")


class Conflict(Exception):
    """Somebody else has answered the text meanwhile, or has it before them."""


@dataclass(frozen=True)
class Files:
    """answers: rows with ``text`` and ``label``; aside: rows with ``text`` and ``why``."""

    answers: RowFile
    aside: RowFile


@dataclass(frozen=True)
class Order:
    """What is worth asking, best first, and what is guessed: (class, probability) by pool row.

    checks: pool rows drawn at random from those that had no answer; answers: how many the guesses
    were learned from.
    """

    rows: tuple[int, ...] = ()
    checks: tuple[int, ...] = ()
    guesses: dict[int, tuple[tuple[str, float], ...]] | None = None
    answers: int = 0


@dataclass(frozen=True)
class Snapshot:
    """answers: (text, label, pool row or None); shut: rows not to be asked now; held: rows that lie
    before somebody."""

    answers: list[tuple[str, str, int | None]]
    specs: list[ClassSpec]
    shut: list[int]
    held: list[int]


class Desk:
    """Texts by number, each given to one tab at a time; an answer is on the disk when it returns.

    texts: different ones, in random order. All methods may be called from any thread.
    """

    def __init__(
        self,
        texts: Sequence[str],
        classes: ClassList,
        files: Files,
        check_every: int = CHECK_EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.texts, self.classes, self._files = list(texts), classes, files
        self._lock = threading.RLock()
        self._leases = Leases(clock)
        self._place = {text: row for row, text in enumerate(self.texts)}
        self._label = self._known(files.answers)
        self._unsure = {
            self._place[r["text"]] for r in files.aside.rows if r["text"] in self._place
        }
        self._skipped: set[int] = set()
        self._check_every = check_every
        self._given = 0
        self.order = Order()
        self.changed: Callable[[], None] = lambda: None

    def _known(self, answers: RowFile) -> dict[int, str]:
        rows = ((self._place.get(row["text"]), row["label"]) for row in answers.rows)
        return {row: label for row, label in rows if row is not None}

    def answered(self) -> list[tuple[str, str, int | None]]:
        """(text, label, pool row or None) of every answer, in their order."""
        with self._lock:
            return [
                (row["text"], row["label"], self._place.get(row["text"]))
                for row in self._files.answers.rows
            ]

    def snapshot(self) -> Snapshot:
        """What is known now."""
        with self._lock:
            shut = sorted(self._unsure | self._skipped | set(self._label))
            held = sorted(self._leases.held())
            return Snapshot(self.answered(), list(self.classes.specs), shut, held)

    def take_order(self, order: Order) -> None:
        """From now on ask in this order."""
        with self._lock:
            self.order = order

    def next(self, tab: str) -> Lease | None:
        """The text before this tab, a new one where there is none; None where all are done."""
        with self._lock:
            one = self._leases.hear(tab)
            if one.lease is not None and self._free(one.lease.row):
                if not one.lease.guess:  # it was given before there was a model
                    one.lease = self._lease(one.lease.row, one.lease.check)
                return one.lease
            one.lease = None
            one.lease = self._choose()
            return one.lease

    def answer(self, tab: str, row: int, label: str) -> bool:
        """Keep an answer; False where this very answer was kept before (a request sent twice).

        Conflict where the text has another answer or lies before somebody else; UserError for a
        row or class that is not there, and where the disk is full.
        """
        with self._lock:
            self._check_row(row)
            if label not in self.classes.names:
                raise UserError(f"there is no class {label!r:.60}; add it first")
            if self._label.get(row) == label:
                return False
            lease = self._take(tab, row)
            kept = {
                "text": self.texts[row],
                "label": label,
                "check": lease.check,
                "guess": lease.guess[0][0] if lease.guess else "",
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            }
            self._files.answers.add(kept)
            self._label[row] = label
            self._done(tab, Step("answer", row, lease))
            return True

    def put_aside(self, tab: str, row: int, why: str) -> None:
        """No answer: ``unsure`` (kept on the disk, never asked again) or ``skip`` (asked last)."""
        with self._lock:
            self._check_row(row)
            if why not in ASIDE:
                raise UserError(f"'aside' is {why!r:.40}; it must be one of {', '.join(ASIDE)}")
            if row in (self._unsure if why == "unsure" else self._skipped):
                return
            lease = self._take(tab, row)
            if why == "unsure":
                self._files.aside.add({"text": self.texts[row], "why": why})
                self._unsure.add(row)
            else:
                self._skipped.add(row)
            self._done(tab, Step(why, row, lease))

    def undo(self, tab: str) -> str | None:
        """Take back what this tab did last and lay that text before it again; its label, if any."""
        with self._lock:
            one = self._leases.hear(tab)
            if not one.steps:
                raise UserError("there is nothing to undo on this page")
            step = one.steps.pop()
            label = self._label.get(step.row)
            if step.kind == "answer":
                self._remove(self._files.answers, step.row)
                self._label.pop(step.row, None)
            elif step.kind == "unsure":
                self._remove(self._files.aside, step.row)
                self._unsure.discard(step.row)
            else:
                self._skipped.discard(step.row)
            self._leases.drop(step.row)
            one.lease = step.lease
            self.changed()
            return label

    def add_class(self, name: str) -> str:
        """One more class; UserError where the name cannot be one."""
        with self._lock:
            name = self.classes.add(name)
            self.changed()
            return name

    def hear(self, tab: str) -> None:
        """The page is still open."""
        with self._lock:
            self._leases.hear(tab)

    def state(self) -> dict[str, Any]:
        """Progress: counts by class, what was put aside, and the estimated accuracy."""
        with self._lock:
            rows = self._files.answers.rows
            counts = Counter(row["label"] for row in rows)
            return {
                "answered": len(rows),
                "texts": len(self.texts),
                "left": len(self.texts) - len(self._label) - len(self._unsure - set(self._label)),
                "classes": [{"name": n, "answers": counts.get(n, 0)} for n in self.classes.names],
                "unsure": len(self._unsure),
                "skipped": len(self._skipped),
                "estimate": estimated(rows),
                "learned_from": self.order.answers,
            }

    def close(self) -> None:
        """Let another server have the files."""
        self._files.answers.close()
        self._files.aside.close()

    def _check_row(self, row: int) -> None:
        if not 0 <= row < len(self.texts):
            raise UserError(f"'row' is {row}; it must be 0 to {len(self.texts) - 1:,}")

    def _take(self, tab: str, row: int) -> Lease:
        """The lease under which this tab speaks of a text."""
        if row in self._label:
            raise Conflict(f"that text was labelled {self._label[row]!r} meanwhile")
        one = self._leases.hear(tab)
        if one.lease is not None and one.lease.row == row:
            return one.lease
        if self._leases.holder(row) is not None:
            raise Conflict("that text lies before somebody else now")
        return Lease(row)  # given before the server was started anew

    def _done(self, tab: str, step: Step) -> None:
        one = self._leases.hear(tab)
        one.steps.append(step)
        if one.lease is not None and one.lease.row == step.row:
            one.lease = None
        if step.kind == "answer":
            self._skipped.discard(step.row)
        self.changed()

    def _remove(self, file: RowFile, row: int) -> None:
        text = self.texts[row]
        at = next((i for i in range(len(file.rows))[::-1] if file.rows[i]["text"] == text), None)
        if at is not None:
            file.remove(at)

    def _free(self, row: int) -> bool:
        return row not in self._label and row not in self._unsure and row not in self._skipped

    def _choose(self) -> Lease | None:
        held = self._leases.held()
        free = [row for row in range(len(self.texts)) if self._free(row) and row not in held]
        if not free:  # what was skipped comes again at the end
            rest = [r for r in self._skipped if r not in held and r not in self._unsure]
            self._skipped.difference_update(rest[:1])
            return self._lease(rest[0], False) if rest else None
        there = set(free)
        drawn = next((row for row in self.order.checks if row in there), None)
        if self.order.guesses and drawn is not None:  # without a guess there is nothing to check
            self._given += 1
            if self._check_every and self._given % self._check_every == 0:
                return self._lease(drawn, True)
        row = next((row for row in self.order.rows if row in there), free[0])
        return self._lease(row, False)

    def _lease(self, row: int, check: bool) -> Lease:
        return Lease(row, check, (self.order.guesses or {}).get(row, ()))
