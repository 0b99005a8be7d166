"""``run time``: a small labelled file and a pile, by SetFit and by nanonet, as whole processes."""

from __future__ import annotations

import csv
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from bench import machine
from bench.accuracy import say, write_json
from bench.processes import measure, nanonet_command
from bench.protocol import draw, load


@dataclass(frozen=True)
class TimeSettings:
    """The job: ``shots`` a class of ``set``, and the first ``pool`` texts of its pool.

    fill: a set whose training texts, cut into sentences, fill a smaller pool up to ``pool``; peer:
    whether SetFit runs too.
    """

    set: str = "ag_news"
    shots: int = 10
    pool: int = 20_000
    seed: int = 0
    effort: str = "quick"
    fill: str = ""
    peer: bool = True


def run(settings: TimeSettings, data: Path, out: Path) -> None:
    """Time SetFit (train, then label the pile), nanonet from nothing, nanonet with its cache."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        labelled, pool, rows = write_tables(settings, data, folder)
        steps = commands(settings, labelled, pool, folder)
        walls = {}
        for step, command in steps.items():
            say(f"{step} ...")
            done = measure(command, {"XDG_CACHE_HOME": str(folder / "cache")}, folder / "log.txt")
            walls[step] = {"wall_s": round(done.wall_s, 2), "peak_mb": round(done.peak_mb, 1)}
            say(f"    {done.wall_s:.1f} s, {done.peak_mb:.0f} MB")
    ratios = {
        step: round(walls["setfit"]["wall_s"] / walls[step]["wall_s"], 3)
        for step in ("nanonet_cold", "nanonet_warm")
        if settings.peer
    }
    result = {
        "kind": "time",
        "machine": machine.facts(),
        "settings": asdict(settings) | {"rows": rows, "runs": 1},
        "walls": walls,
        "setfit_over": ratios,
    }
    write_json(out, result)


def commands(
    settings: TimeSettings, labelled: Path, pool: Path, folder: Path
) -> dict[str, Sequence[str]]:
    """The three commands in the order they run; the second nanonet run finds the first's cache."""
    setfit = [sys.executable, "-m", "bench.setfit_job", str(labelled), str(pool)]
    fit = [*nanonet_command(), "fit", str(labelled), "--pool", str(pool), "--seed", "0"]
    fit += ["--effort", settings.effort, "--out"]
    peer = {"setfit": [*setfit, str(folder / "setfit.csv")]} if settings.peer else {}
    return {
        **peer,
        "nanonet_cold": [*fit, str(folder / "cold")],
        "nanonet_warm": [*fit, str(folder / "warm")],
    }


def write_tables(settings: TimeSettings, data: Path, folder: Path) -> tuple[Path, Path, int]:
    """Write the draw as two CSV files; returns them and the number of pool rows."""
    train, test = load(settings.set, data)
    drawn = draw(train, test, settings.shots, settings.seed)
    texts = drawn.pool.texts[: settings.pool]
    if settings.fill and len(texts) < settings.pool:
        more = sentences(load(settings.fill, data)[0].texts)
        texts = (*texts, *islice(more, settings.pool - len(texts)))
    labelled, pool = folder / "labelled.csv", folder / "pool.csv"
    pairs = zip(drawn.labelled.texts, drawn.labelled.labels, strict=True)
    write_csv(labelled, ["text", "label"], pairs)
    write_csv(pool, ["text"], ((text,) for text in texts))
    return labelled, pool, len(texts)


def sentences(texts: Iterable[str]) -> Iterator[str]:
    """The sentences of at least three words, in order; told apart by what ends them."""
    for text in texts:
        for part in re.split(r"(?<=[.!?])\s+|<br\s*/?>", text):
            if len(part.split()) >= 3:
                yield part.strip()


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a UTF-8 CSV file with a header line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
