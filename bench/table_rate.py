"""``python -m bench.table_rate MODEL``: rows a second of ``predict``, against scoring alone.

The file is a CSV of ag_news texts over and over. Scoring alone is ``predict`` of the classifier on
texts that are in memory already, in one thread, start of the process and loading left out; the
command is a whole process that reads, scores and writes. Rounds are interleaved; medians count.
"""

from __future__ import annotations

import csv
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from bench._options import data_option
from bench.processes import environment, measure, nanonet_command
from bench.protocol import load

ALONE = "import sys; from bench.table_rate import alone; alone(*sys.argv[1:])"


@click.command()
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.option("--rows", default=1_000_000, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@data_option
def main(model: Path, rows: int, rounds: int, data: Path) -> None:
    """Print one JSON object."""
    with tempfile.TemporaryDirectory() as name:
        table, out = Path(name) / "table.csv", Path(name) / "out.csv"
        write(table, rows, data)
        predict = [*nanonet_command(), "predict", str(model), str(table), "--out", str(out)]
        whole: list[float] = []
        scoring: list[float] = []
        for _ in range(rounds):
            scoring.append(rows / scored(model, table))
            whole.append(rows / measure(predict).wall_s)
    rates = {"predict": statistics.median(whole), "scoring_alone": statistics.median(scoring)}
    share = rates["predict"] / rates["scoring_alone"]
    facts = {"rows": rows, **{name: round(rate) for name, rate in rates.items()}}
    click.echo(json.dumps({**facts, "ratio": round(share, 2)}))


def write(table: Path, rows: int, data: Path) -> None:
    """A CSV of so many rows with the columns id and text."""
    train, _ = load("ag_news", data)
    with open(table, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["id", "text"])
        out.writerows(itertools.islice(enumerate(itertools.cycle(train.texts)), rows))


def scored(model: Path, table: Path) -> float:
    """Seconds that scoring takes in a process of its own, which holds all texts."""
    command = [sys.executable, "-c", ALONE, str(model), str(table)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    return float(done.stdout)


def alone(model: str, table: str) -> None:
    """Print the seconds ``predict`` takes on the table's texts."""
    import nanonet
    from nanonet.data import iter_rows

    classifier = nanonet.load(model)
    texts = [row["text"] for row in iter_rows(table)]
    start = time.perf_counter()
    classifier.predict(texts, threads=1)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
