"""Whole processes under the clock: wall time and peak memory of a command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.protocol import REPOSITORY


@dataclass(frozen=True)
class Measured:
    """One finished process: wall seconds, peak resident megabytes (2^20 bytes)."""

    wall_s: float
    peak_mb: float


def measure(
    command: Sequence[str], env: Mapping[str, str] | None = None, log: Path | None = None
) -> Measured:
    """Run a command to its end; ``SystemExit`` with its last words when it fails."""
    with (log or Path(os.devnull)).open("wb") as sink:
        start = time.perf_counter()
        child = subprocess.Popen(
            list(command), env=environment(env), stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        tail = log.read_text(errors="replace")[-2000:] if log else ""
        raise SystemExit(f"exit {child.returncode}: {' '.join(command)}\n{tail}")
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Measured(wall_s, usage.ru_maxrss * unit / 2**20)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, with the work tree importable and hubs switched off."""
    paths = [str(REPOSITORY), str(REPOSITORY / "src"), os.environ.get("PYTHONPATH", "")]
    fixed = {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    return {**os.environ, **fixed, **(extra or {})}


def threads(count: int) -> dict[str, str]:
    """Environment variables that hold the numeric libraries to ``count`` threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
    return {name: str(count) for name in names}


def nanonet_command() -> list[str]:
    """The installed ``nanonet`` of this Python, or its entry point called by hand."""
    beside = shutil.which("nanonet", path=str(Path(sys.executable).parent))
    if beside:
        return [beside]
    return [sys.executable, "-c", "import sys; from nanonet.cli import main; sys.exit(main())"]
