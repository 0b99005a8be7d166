"""``python -m bench.table_resume MODEL``: a long table labelled in one go, and in pieces.

The same CSV (``bench.table_rate`` writes it) is labelled once unbroken, and once by processes that
are killed (SIGKILL) when the journal shows a quarter, a half and three quarters of the rows, and
started again. Both outputs must be the same to the byte. Peak memory is that of each process.
Linux only; needs about three times the table on the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from bench import machine
from bench._options import data_option, out_option
from bench.accuracy import say, write_json
from bench.processes import LAUNCHER, environment, measure, nanonet_command

_WRITE = "import sys; from pathlib import Path; from bench.table_rate import write; "
_WRITE += "write(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))"
_LOOK_S = 0.2


@click.command()
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.option("--rows", default=10_000_000, show_default=True)
@click.option("--kills", default=3, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="For the tables [temporary].")
@out_option("table.json")
@data_option
def main(model: Path, rows: int, kills: int, folder: Path | None, out: Path, data: Path) -> None:
    """Write what was measured; exit 1 where the two outputs differ."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        found = compared(model, rows, kills, data, Path(name))
    write_json(out, {"kind": "table", "machine": machine.facts(), **found})
    if not found["equal"]:
        raise SystemExit("the pieces are not what the unbroken run wrote")


def compared(model: Path, rows: int, kills: int, data: Path, folder: Path) -> dict[str, Any]:
    """Label the table both ways; the outputs are removed as soon as they are hashed."""
    table, whole, pieces = (folder / name for name in ("table.csv", "whole.csv", "pieces.csv"))
    say("writing the table ...")
    measure([sys.executable, "-c", _WRITE, str(table), str(rows), str(data)])
    predict = [*nanonet_command(), "predict", str(model), str(table), "--out"]
    say("unbroken ...")
    unbroken = measure([*predict, str(whole)])
    wanted, size = sha256(whole), whole.stat().st_size
    whole.unlink()
    killed = []
    for kill in range(1, kills + 1):
        say(f"to be killed, {kill} of {kills} ...")
        killed.append(killed_at([*predict, str(pieces)], pieces, rows * kill // (kills + 1)))
    say("to the end ...")
    last = measure([*predict, str(pieces)])
    return {
        "rows": rows,
        "input_bytes": table.stat().st_size,
        "output_bytes": size,
        "unbroken": {"wall_s": round(unbroken.wall_s, 1), "peak_mb": round(unbroken.peak_mb, 1)},
        "killed": killed,
        "last": {"wall_s": round(last.wall_s, 1), "peak_mb": round(last.peak_mb, 1)},
        "equal": sha256(pieces) == wanted,
        "sha256": wanted,
    }


def killed_at(command: list[str], target: Path, rows: int) -> dict[str, Any]:
    """Start the command, kill it when the journal of ``target`` shows so many rows.

    Raises SystemExit where it ended by itself.
    """
    with tempfile.TemporaryDirectory() as name:
        report, log = Path(name) / "report", Path(name) / "log"
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(report), str(log)]
        started = subprocess.Popen([*launcher, *command], env=environment())
        while journalled(target) < rows and started.poll() is None:
            time.sleep(_LOOK_S)
        children = Path(f"/proc/{started.pid}/task/{started.pid}/children")
        if started.poll() is not None:
            raise SystemExit(f"it ended before it was killed: {log.read_text()[-500:]}")
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
        started.wait()
        _, peak, code, _ = report.read_text().split()
    if int(code) != -signal.SIGKILL:
        raise SystemExit(f"exit {code} where a kill was meant")
    return {"rows": journalled(target), "peak_mb": round(int(peak) / 1024, 1)}


def journalled(target: Path) -> int:
    """The rows that the journal beside an unfinished table knows to be safe."""
    journal = target.with_name(target.name + ".part.journal")
    try:
        last = journal.read_text(encoding="utf-8").split("\n")[:-1][-1]
        return int(json.loads(last).get("rows", 0))
    except (OSError, ValueError, IndexError):
        return 0


def sha256(path: Path) -> str:
    """Of a file, read in pieces."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


if __name__ == "__main__":
    main()
