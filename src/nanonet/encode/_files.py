"""Writing files so that a kill at any moment leaves either the old state or the new one."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from nanonet.errors import UserError

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_STALE_SECONDS = 3600.0


def cannot_write(path: Path, error: OSError) -> UserError:
    """The sentence for a failed write into the cache."""
    if error.errno in _FULL:
        return UserError(
            f"no room left to write {path.name} in the cache folder {path.parent}; "
            "free some space or choose another folder with cache_dir"
        )
    return UserError(
        f"cannot write {path.name} in the cache folder {path.parent} "
        f"({error.strerror or error}); choose another folder with cache_dir"
    )


def temporary(path: Path) -> Path:
    """A sibling name no other process uses."""
    return path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}.tmp")


def write_file(path: Path, *chunks: bytes | memoryview) -> None:
    """Write ``chunks`` to ``path`` in one step; raises ``UserError`` when the disk refuses."""
    scratch = temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(scratch, "wb") as out:
            for chunk in chunks:
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        os.replace(scratch, path)
    except OSError as error:
        _forget(scratch)
        raise cannot_write(path, error) from error
    except BaseException:
        _forget(scratch)
        raise


def write_folder(path: Path, fill: Callable[[Path], None]) -> None:
    """Let ``fill`` write into a scratch folder, then put it at ``path`` in one rename.

    Where another process got there first, its folder is kept: both hold the same thing.
    """
    scratch = temporary(path)
    try:
        scratch.mkdir(parents=True)
        fill(scratch)
        for file in scratch.iterdir():
            with open(file, "rb+") as handle:
                os.fsync(handle.fileno())
        try:
            os.rename(scratch, path)
        except OSError:
            if not path.is_dir():
                raise
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what killed runs left behind, but nothing a live run may still be writing."""
    limit = time.time() - _STALE_SECONDS
    for scratch in folder.glob("*.tmp"):
        try:
            old = scratch.stat().st_mtime < limit
        except OSError:
            continue
        if old and scratch.is_dir():
            shutil.rmtree(scratch, ignore_errors=True)
        elif old:
            _forget(scratch)


def _forget(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
