"""A table while it is written: a part file beside it, and a journal to go on from after a stop."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from nanonet.data._journal import Done, append_line, begin_journal, read_journal
from nanonet.errors import UserError

EVERY_S = 1.0
"""How often what is written is seen onto the disk: so much work at most is done twice."""


class Part:
    """``<target>.part`` and, where the run can be gone on with, ``<target>.part.journal``.

    Used in a ``with`` block. Left before :meth:`finish`, both files stay if anything had been made
    safe by then, so that nothing is littered by a run that failed at once. made_by: names and
    values that must be the same for a later run to go on; None makes a run that starts anew.
    """

    def __init__(self, target: Path, made_by: Mapping[str, str] | None) -> None:
        self.target = target
        self.path = target.with_name(target.name + ".part")
        self.done = Done.nothing()
        self.notes: list[str] = []
        self.kept = ""
        """After a run that did not finish: what is kept and how to go on, as one sentence."""
        self._made_by = made_by
        self._journal_path = target.with_name(target.name + ".part.journal")
        self._journal: BinaryIO | None = None
        self._safe = Done.nothing()
        self._finished = False
        with told(str(target)):
            self._file = _locked(self.path)
            self._take_up()
        self._last = time.monotonic()

    def __enter__(self) -> Part:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._finished:
            self._leave()

    def restart(self, reason: str) -> None:
        """Forget what was done before and start anew."""
        self.notes.append(f"{self.path}: {reason}; starting anew")
        self._begin(Done.nothing())

    def append(self, data: bytes, counts: Done) -> None:
        """Add the bytes of the rows before the mark; ``counts`` are those of these rows alone."""
        self._file.write(data)
        self.done = self.done.and_then(counts)
        if time.monotonic() - self._last >= EVERY_S:
            self._make_safe()

    def finish(self, convert: Callable[[Path, Path], None] | None = None) -> None:
        """Give the file its name; ``convert(part, whole)`` makes another file of it before."""
        self._make_safe()
        whole = self.path
        if convert is not None:
            whole = self.path.with_name(self.path.name + ".whole")
            convert(self.path, whole)
            with open(whole, "rb+") as file:
                os.fsync(file.fileno())
        self._close()
        # First the journal: a run that is killed in between starts anew, and never goes on from a
        # part that is gone or an input that has become the output.
        self._journal_path.unlink(missing_ok=True)
        os.replace(whole, self.target)
        if convert is not None:
            self.path.unlink()
        self._finished = True

    def _take_up(self) -> None:
        found = read_journal(self._journal_path, os.fstat(self._file.fileno()).st_size)
        if found is None:
            return self._begin(Done.nothing())
        if self._made_by is None:
            return self.restart("an input that can be read only once cannot be gone on with")
        keys = {**self._made_by, **found.made_by}
        other = [key for key in keys if self._made_by.get(key) != found.made_by.get(key)]
        if other:
            return self.restart(f"was begun with another {' and '.join(other)}")
        return self._begin(found.done)

    def _begin(self, done: Done) -> None:
        """Cut the part file to what is done, and write the journal anew with that."""
        self._file.seek(done.written)
        self._file.truncate()
        self.done = self._safe = done
        if self._journal is not None:
            self._journal.close()
        if self._made_by is None:
            self._journal_path.unlink(missing_ok=True)
        else:
            self._journal = begin_journal(self._journal_path, self._made_by, done)

    def _make_safe(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        if self._journal is not None and self.done != self._safe:
            append_line(self._journal, self.done.line())
            self._safe = self.done
        self._last = time.monotonic()

    def _leave(self) -> None:
        self.path.with_name(self.path.name + ".whole").unlink(missing_ok=True)
        with suppress(OSError):  # a full disk, which is being reported already
            if self._known() and not self._file.closed:
                self._make_safe()
        self._close()
        rows = self._known()
        if rows:
            self.kept = (
                f"{rows:,} rows are done and kept in {self.path}; "
                "run the same command again to go on behind them"
            )
            return
        self.path.unlink(missing_ok=True)
        self._journal_path.unlink(missing_ok=True)

    def _known(self) -> int:
        """The rows a later run would go on behind; asked of the disk, for Ctrl-C may have come
        between a line of the journal and our taking note of it."""
        if self._journal is None:
            return 0
        found = read_journal(self._journal_path, self.path.stat().st_size)
        return found.done.mark.rows if found else 0

    def _close(self) -> None:
        with suppress(OSError):  # what was not written is written again by the next run
            self._file.close()
        if self._journal is not None:
            self._journal.close()


def _locked(path: Path) -> BinaryIO:
    """The part file, open and ours alone for as long as it is open."""
    while True:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "rb+")
        if not _lock(file):
            file.close()
            raise UserError(
                f"{path}: another nanonet is writing it; wait until it has finished, or give "
                "another --out"
            )
        try:
            if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                return file
        except FileNotFoundError:
            pass
        file.close()  # it was finished and renamed before we had the lock


def _lock(file: BinaryIO) -> bool:
    """Whether the file could be locked; the lock goes with the process, however that ends."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


@contextmanager
def told(target: str) -> Iterator[None]:
    """A failure of the disk as a sentence."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserError(f"{target}: cannot be written ({error.strerror or error})") from error
