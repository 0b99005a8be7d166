"""``nanonet`` as a process of its own: ``from _command import finished, started, until``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}


def started(*arguments: object) -> subprocess.Popen[str]:
    """Begin a command; its output is kept for ``communicate``."""
    return subprocess.Popen(
        [sys.executable, "-m", "nanonet", *map(str, arguments)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(*arguments: object) -> tuple[int, str, str]:
    """Run a command to its end: exit code, standard output, standard error."""
    process = started(*arguments)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def until(process: subprocess.Popen[str], seen: Callable[[], object], seconds: float = 120) -> None:
    """Wait until ``seen()`` is true; fails when the process ends or time runs out before."""
    deadline = time.monotonic() + seconds
    while not seen():
        if process.poll() is not None:
            raise AssertionError(f"ended before it could be stopped: {process.communicate()}")
        if time.monotonic() > deadline:
            process.kill()
            raise AssertionError("the moment to stop it never came")
        time.sleep(0.001)


def folder_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}
