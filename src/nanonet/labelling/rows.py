"""Rows of a JSON Lines table, each on the disk before whoever gave it hears so."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from nanonet.errors import UserError

try:
    import fcntl
except ImportError:  # Windows: two servers on one file are not kept apart there
    fcntl = None  # type: ignore[assignment]

__all__ = ["NotKept", "RowFile"]


class NotKept(UserError):
    """The disk did not take a row; nothing of it was kept."""


class RowFile:
    """A ``.jsonl`` table that is only added to at its end; one process at a time holds it.

    Half a line at the end, left by a crash, is cut off when the file is opened: nobody was told
    that it was kept. Raises UserError where the file cannot be had, is held by another process, or
    is no table of objects with the ``needed`` keys, all strings.
    """

    def __init__(self, path: str | os.PathLike[str], needed: tuple[str, ...]) -> None:
        self.path = Path(path)
        self._needed = needed
        try:
            self._file = open(self.path, "a+b", buffering=0)  # noqa: SIM115
            _sync_folder(self.path)
        except OSError as error:
            raise UserError(
                f"{self.path}: cannot be written ({error.strerror or error})"
            ) from error
        self._lock()
        self.rows: list[dict[str, Any]] = []
        self._starts = [0]
        self._read()

    def add(self, row: dict[str, Any]) -> None:
        """Write and sync one row. NotKept where the disk is full."""
        data = _encoded(row)
        try:
            _write_all(self._file.fileno(), data)
            os.fsync(self._file.fileno())
        except OSError as error:
            self._cut(self._starts[-1])
            raise NotKept(
                f"{self.path}: the row cannot be kept ({error.strerror or error}); free some space"
            ) from error
        self.rows.append(row)
        self._starts.append(self._starts[-1] + len(data))

    def remove(self, at: int) -> dict[str, Any]:
        """Take row ``at`` out; the others stay, in one piece whatever happens meanwhile."""
        if at == len(self.rows) - 1:
            self._cut(self._starts[at])
        else:
            self._rewrite([row for place, row in enumerate(self.rows) if place != at])
        gone = self.rows.pop(at)
        size = self._starts[at + 1] - self._starts[at]
        self._starts = [
            *self._starts[: at + 1],
            *(start - size for start in self._starts[at + 2 :]),
        ]
        return gone

    def close(self) -> None:
        """Let another process have the file."""
        self._file.close()

    def _lock(self) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise UserError(
                f"{self.path}: another nanonet writes to it; stop that one, or name another file"
            ) from None

    def _read(self) -> None:
        self._file.seek(0)
        raw = self._file.read()
        whole = raw.rfind(b"\n") + 1
        if whole < len(raw):
            last = raw[whole:]
            if self._parsed(last) is None:
                self._cut(whole)
            else:  # written by hand, without a line end
                _write_all(self._file.fileno(), b"\n")
                whole = len(raw) + 1
                raw += b"\n"
        for number, line in enumerate(raw[:whole].split(b"\n")[:-1], 1):
            start = self._starts[-1] + len(line) + 1
            if not line.strip():
                raise UserError(f"{self.path}, line {number}: the line is empty; remove it")
            row = self._parsed(line)
            if row is None:
                needs = " and ".join(repr(key) for key in self._needed)
                raise UserError(
                    f"{self.path}, line {number}: not a JSON object with the strings {needs}; "
                    "correct it, or name another file"
                )
            self.rows.append(row)
            self._starts.append(start)

    def _parsed(self, line: bytes) -> dict[str, Any] | None:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(row, dict):
            return None
        good = all(isinstance(row.get(k), str) and row[k].strip() for k in self._needed)
        return row if good else None

    def _cut(self, size: int) -> None:
        try:
            os.ftruncate(self._file.fileno(), size)
            os.fsync(self._file.fileno())
        except OSError as error:
            raise UserError(f"{self.path}: cannot be shortened ({error.strerror})") from error

    def _rewrite(self, rows: list[dict[str, Any]]) -> None:
        """All rows under a temporary name that is renamed; the lock goes along."""
        scratch = self.path.with_name(f".{self.path.name}.tmp")
        try:
            scratch.unlink(missing_ok=True)
            file = open(scratch, "a+b", buffering=0)  # noqa: SIM115
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _write_all(file.fileno(), b"".join(map(_encoded, rows)))
            os.fsync(file.fileno())
            os.replace(scratch, self.path)
            _sync_folder(self.path)
        except OSError as error:
            raise UserError(f"{self.path}: cannot be written ({error.strerror})") from error
        self._file.close()
        self._file = file


def _encoded(row: dict[str, Any]) -> bytes:
    try:
        return json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n"
    except UnicodeEncodeError:  # half a character has no UTF-8
        return json.dumps(row).encode("ascii") + b"\n"


def _write_all(number: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(number, view) :]


def _sync_folder(path: Path) -> None:
    if os.name != "posix":
        return
    folder = os.open(path.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
