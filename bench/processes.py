"""Whole processes under the clock: wall time and peak memory of a command."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.protocol import REPOSITORY

LAUNCHER = Path(__file__).with_name("_launch.py")


@dataclass(frozen=True)
class Measured:
    """One finished process: wall and processor seconds, peak resident megabytes (2^20 bytes)."""

    wall_s: float
    peak_mb: float
    cpu_s: float


def measure(
    command: Sequence[str], env: Mapping[str, str] | None = None, log: Path | None = None
) -> Measured:
    """Run a command to its end; ``SystemExit`` with its last words when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        report, sink = Path(folder) / "report", log or Path(folder) / "log"
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(report), str(sink)]
        subprocess.run(
            [*launcher, *command], env=environment(env), stdin=subprocess.DEVNULL, check=True
        )
        wall_s, peak, code, cpu_s = report.read_text(encoding="utf-8").split()
        if int(code) != 0:
            tail = sink.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise SystemExit(f"exit {code}: {' '.join(command)}\n{tail}")
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Measured(float(wall_s), int(peak) * unit / 2**20, float(cpu_s))


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
    # The tokenizers' switch: without it they use one thread, whatever rayon is told.
    parallel = {"TOKENIZERS_PARALLELISM": "true" if count > 1 else "false"}
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
    return parallel | {name: str(count) for name in names}


def nanonet_command() -> list[str]:
    """The command ``nanonet`` of the Python that runs the benchmark."""
    return [sys.executable, "-m", "nanonet"]
