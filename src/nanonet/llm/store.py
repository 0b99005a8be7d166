"""Answers and money on disk: an SQLite file that a kill at any moment leaves whole.

An answer is found by the SHA-256 of its question, and it is committed together with what it cost
before anything else happens to it. Before a call is sent, the most it can cost is put aside in the
same file; what a killed run had put aside stays put aside, because nobody knows whether it was
paid. So the sum of what was paid and what may have been paid never passes the budget.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nanonet.errors import UserError

__all__ = ["Account", "Kept", "Limits", "Store"]

_VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, state TEXT NOT NULL, body TEXT NOT NULL, why TEXT NOT NULL,
    attempts INTEGER NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL,
    cost INTEGER NOT NULL, model TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs (
    job TEXT PRIMARY KEY, calls INTEGER NOT NULL DEFAULT 0, spent INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0, open INTEGER NOT NULL DEFAULT 0,
    lost INTEGER NOT NULL DEFAULT 0, lost_cost INTEGER NOT NULL DEFAULT 0,
    tokens_in INTEGER NOT NULL DEFAULT 0, tokens_out INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
"""
_MANY = 500  # parameters of one query


@dataclass(frozen=True)
class Limits:
    """The most a job may spend (billionths of a dollar) and the most calls it may send."""

    budget: int | None = None
    max_calls: int | None = None


@dataclass(frozen=True)
class Account:
    """A job so far. spent: paid for answers that arrived; in_doubt: calls whose answer never did
    (killed, cut, timed out), which may cost up to ``doubtful`` and count against the budget.
    """

    calls: int = 0
    spent: int = 0
    in_doubt: int = 0
    doubtful: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True)
class Kept:
    """An answer on file. state: "ok", "trying" (paid, of no use so far) or "abstained"."""

    state: str
    body: str = ""
    why: str = ""
    attempts: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: int = 0


class Store:
    """The file. One object may be used by several threads, one file by several processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                path, timeout=60.0, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            self._db.executescript(_TABLES)
            self._db.execute(f"PRAGMA user_version={_VERSION}")
        except (sqlite3.Error, OSError) as error:
            raise UserError(
                f"{path}: the file of paid answers cannot be used ({error}); move it away or "
                "choose another folder with --cache-dir"
            ) from error
        if found > _VERSION:
            raise UserError(
                f"{path}: the file of paid answers is of a newer nanonet; choose another folder "
                "with --cache-dir"
            )

    def close(self) -> None:
        """Close the file; what is in it is safe without."""
        self._db.close()

    def find(self, keys: Iterable[str]) -> dict[str, Kept]:
        """The answers on file among ``keys``."""
        wanted = list(keys)
        columns = "key, state, body, why, attempts, tokens_in, tokens_out, cost"
        found: dict[str, Kept] = {}
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            marks = ",".join("?" * len(some))
            with self._lock:
                rows = self._db.execute(
                    f"SELECT {columns} FROM answers WHERE key IN ({marks})", some
                ).fetchall()
            found.update({row[0]: Kept(*row[1:]) for row in rows})
        return found

    def reserve(self, job: str, amount: int, limits: Limits) -> bool:
        """Put ``amount`` aside for one call, unless that could pass a limit; in one step."""
        tests, values = "", []
        if limits.budget is not None:
            tests += " AND spent + lost_cost + held + ? <= ?"
            values += [amount, limits.budget]
        if limits.max_calls is not None:
            tests += " AND calls < ?"
            values += [limits.max_calls]
        with self._lock:
            self._db.execute("INSERT OR IGNORE INTO jobs (job) VALUES (?)", (job,))
            done = self._db.execute(
                f"UPDATE jobs SET calls=calls+1, open=open+1, held=held+? WHERE job=?{tests}",
                (amount, job, *values),
            )
        return done.rowcount == 1

    def release(self, job: str, amount: int) -> None:
        """A call that cost nothing (refused as too many, or never reached)."""
        self._settle(job, amount, "")

    def lose(self, job: str, amount: int) -> None:
        """A call whose answer never came; it counts as paid in full."""
        self._settle(job, amount, ", lost=lost+1, lost_cost=lost_cost+?", amount)

    def settle(self, job: str, amount: int, key: str, kept: Kept, model: str, paid: Kept) -> None:
        """Keep an answer that came, and what it cost, in one transaction.

        kept: the answer with the sums over all its attempts; paid: tokens and cost of this call.
        """
        answer = (key, kept.state, kept.body, kept.why, kept.attempts)
        row = (*answer, kept.tokens_in, kept.tokens_out, kept.cost, model, time.time())
        sums = ", spent=spent+?, tokens_in=tokens_in+?, tokens_out=tokens_out+?"
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                marks = ",".join("?" * len(row))
                self._db.execute(f"INSERT OR REPLACE INTO answers VALUES ({marks})", row)
                self._update(job, amount, sums, paid.cost, paid.tokens_in, paid.tokens_out)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def account(self, job: str) -> Account:
        """What a job has taken so far, over all its runs."""
        columns = "calls, spent, open + lost, held + lost_cost, tokens_in, tokens_out"
        with self._lock:
            row = self._db.execute(f"SELECT {columns} FROM jobs WHERE job=?", (job,)).fetchone()
        return Account(*row) if row else Account()

    def _settle(self, job: str, amount: int, sums: str, *values: int) -> None:
        with self._lock:
            self._update(job, amount, sums, *values)

    def _update(self, job: str, amount: int, sums: str, *values: int) -> None:
        self._db.execute(
            f"UPDATE jobs SET open=open-1, held=held-?{sums} WHERE job=?", (amount, *values, job)
        )
