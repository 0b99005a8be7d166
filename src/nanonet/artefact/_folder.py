"""A folder that appears whole or not at all, whatever happens while it is written."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from nanonet.errors import UserError

try:
    import fcntl
except ImportError:  # Windows has no flock; age tells stale folders there
    fcntl = None  # type: ignore[assignment]

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_OLD_SECONDS = 24 * 3600


@contextlib.contextmanager
def new_folder(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give an empty temporary folder beside ``path``; on a clean exit it becomes ``path``.

    On any exception nothing is left. What a killed run left behind is removed first. Raises
    UserError where the disk is full or the place cannot be written.
    """
    with _disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _clean_up(path)
        temporary, lock = _create(path)
        try:
            yield temporary
            _sync(temporary)
            _put_in_place(temporary, path, overwrite=overwrite)
            _sync(path.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            if lock is not None:
                os.close(lock)


def write_file(path: Path, data: bytes) -> None:
    """Write and fsync one new file."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def copy_file(source: Path, path: Path) -> None:
    """Copy and fsync one file; times and permissions do not come along."""
    with source.open("rb") as original, path.open("xb") as file:
        shutil.copyfileobj(original, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, read in pieces of 1 MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _create(path: Path) -> tuple[Path, int | None]:
    """A temporary folder, locked: the system drops the lock when the process dies, however."""
    while True:
        temporary = path.parent / f".{path.name}.tmp-{secrets.token_hex(6)}"
        temporary.mkdir()
        if fcntl is None:
            return temporary, None
        lock = os.open(temporary, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if temporary.exists():  # a cleaner may have come between mkdir and flock
            return temporary, lock
        os.close(lock)


def _put_in_place(temporary: Path, path: Path, *, overwrite: bool) -> None:
    if not (overwrite and path.exists()):
        temporary.rename(path)
        return
    old = path.parent / f".{path.name}.old-{secrets.token_hex(6)}"
    path.rename(old)
    try:
        temporary.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _clean_up(path: Path) -> None:
    for stale in path.parent.glob(f".{_escape(path.name)}.tmp-*"):
        if _is_abandoned(stale):
            shutil.rmtree(stale, ignore_errors=True)
    for old in path.parent.glob(f".{_escape(path.name)}.old-*"):
        if path.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:  # killed between the two renames: the former model is the whole one
            old.rename(path)


def _is_abandoned(folder: Path) -> bool:
    if fcntl is None:
        return time.time() - folder.stat().st_mtime > _OLD_SECONDS
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False
    finally:
        os.close(handle)


def _escape(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _sync(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise UserError(
                f"no room left to write {path} ({error.strerror}); nothing was kept: free some "
                "space or choose another place"
            ) from error
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error
