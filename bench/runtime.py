"""``run runtime``: what a saved model costs: import, cold start, memory, size, throughput."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import machine
from bench.accuracy import say, write_json
from bench.nanonet_method import folder_bytes
from bench.processes import Measured, environment, measure, nanonet_command, threads
from bench.protocol import draw, load

PEERS = ("tfidf", "fasttext", "model2vec", "setfit")


@dataclass(frozen=True)
class RuntimeSettings:
    """Which draw is learnt, how often each thing is timed, and with how many threads."""

    set: str = "ag_news"
    shots: int = 10
    seed: int = 0
    rounds: int = 5
    threads: int = 1
    peers: tuple[str, ...] = PEERS


def run(
    settings: RuntimeSettings, data: Path, out: Path, cache_dir: Path | None, model: Path | None
) -> None:
    """Measure ``model``, or a nano student fitted on the draw when there is none."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if model is None:
            say("fitting a nano student ...")
            model = fit_nano(settings, data, folder / "model", cache_dir)
        say("processes ...")
        costs = process_costs(model, folder, settings.rounds)
        say("throughput ...")
        found = throughput(settings, data, model, cache_dir, folder)
        nano = next(iter(found))
        result = {
            "kind": "runtime",
            "machine": machine.facts(),
            "settings": asdict(settings),
            "student": nano,
            "artefact_bytes": folder_bytes(model),
            "processes": costs,
            "throughput": found,
            "ratio": {
                name: round(found[nano]["per_s"] / found[name]["per_s"], 2)
                for name in found
                if name != nano
            },
        }
    write_json(out, result)


def fit_nano(settings: RuntimeSettings, data: Path, path: Path, cache_dir: Path | None) -> Path:
    """Fit and save a nano student on the draw."""
    import nanonet

    train, test = load(settings.set, data)
    drawn = draw(train, test, settings.shots, settings.seed)
    fitted = nanonet.fit(
        list(drawn.labelled.texts),
        list(drawn.labelled.labels),
        pool=drawn.pool.texts,
        student="nano",
        seed=settings.seed,
        cache_dir=cache_dir,
    )
    fitted.save(path)
    return path


def process_costs(model: Path, folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Medians of interleaved whole processes; ``import`` is what it adds to a bare Python."""
    table = folder / "one.csv"
    table.write_text("text\nThe bank raised its interest rate again.\n", encoding="utf-8")
    predict = [*nanonet_command(), "predict", str(model), str(table)]
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "import": [sys.executable, "-c", "import nanonet"],
        "cold_predict": [*predict, "--out", str(folder / "out.csv")],
    }
    runs: dict[str, list[Measured]] = {name: [] for name in commands}
    for command in commands.values():
        measure(command, log=folder / "log.txt")  # once uncounted: byte code and page cache
    for _ in range(rounds):
        for name, command in commands.items():
            (folder / "out.csv").unlink(missing_ok=True)
            runs[name].append(measure(command, log=folder / "log.txt"))
    costs = {name: medians(done) for name, done in runs.items()}
    extra = costs["import"]["wall_s"] - costs["python"]["wall_s"]
    costs["import"]["added_s"] = round(extra, 4)
    return costs


def medians(runs: Sequence[Measured]) -> dict[str, float]:
    """Median wall time and peak memory."""
    return {
        "wall_s": round(statistics.median(run.wall_s for run in runs), 4),
        "peak_mb": round(statistics.median(run.peak_mb for run in runs), 1),
    }


def throughput(
    settings: RuntimeSettings, data: Path, model: Path, cache_dir: Path | None, folder: Path
) -> dict[str, Any]:
    """Rates from a fresh process that starts with the thread variables set."""
    given, found = folder / "settings.json", folder / "rates.json"
    places = {"data": str(data), "model": str(model)}
    text = json.dumps(
        asdict(settings) | places | {"cache_dir": str(cache_dir) if cache_dir else None}
    )
    given.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "bench.throughput", str(given), str(found)]
    measure(command, environment(threads(settings.threads)), folder / "throughput.txt")
    result: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return result
