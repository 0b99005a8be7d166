"""``run runtime``: what a saved model costs: import, cold start, memory, size, throughput."""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench import machine, speed_models
from bench.accuracy import say, write_json
from bench.cells import CellLog
from bench.nanonet_method import folder_bytes
from bench.processes import Measured, environment, measure, nanonet_command, threads
from bench.protocol import REPOSITORY
from bench.speed_job import Job, labelled_rows, sample
from bench.speed_methods import METHODS
from bench.speed_nano import fit_nano, table_nano

#: Texts that each method labels in the process whose memory is measured.
MEMORY_TEXTS = 256


@dataclass(frozen=True)
class RuntimeSettings:
    """Which draws are labelled, how often each thing is timed, and with how many threads.

    The first of ``sets`` is the one whose nano student is fitted as a user would, and whose
    memory, cold start and size are told. The others' are tables of the training labels: only speed
    is asked of them, and fitting them would take the encoder hours.
    """

    sets: tuple[str, ...] = ("ag_news", "banking77", "imdb")
    shots: int = 10
    seed: int = 0
    rounds: int = 7
    threads: tuple[int, ...] = (1, 2)
    methods: tuple[str, ...] = tuple(METHODS)


def run(
    settings: RuntimeSettings, data: Path, out: Path, cache_dir: Path | None, model: Path | None
) -> None:
    """Measure ``model``, or a nano student fitted on the first set when there is none."""
    from nanonet.encode import default_cache_dir

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say("models ...")
        home = (cache_dir or default_cache_dir()) / "bench" / "speed"
        models = speed_models.prepare(home, cache_dir)
        students = {one: table_nano(one, data, models / f"nano-{one}") for one in settings.sets[1:]}
        first = settings.sets[0]
        if model is None:
            say(f"fitting a nano student on {first} ...")
            where = folder / "model"
            model = fit_nano(first, settings.shots, settings.seed, data, where, cache_dir)
        students = {first: model, **students}
        jobs = {one: job(settings, one, data, models, cache_dir, students[one]) for one in students}
        base: dict[str, Any] = {
            "kind": "runtime",
            "settings": asdict(settings),
            "student": "nano",
            "artefact_bytes": folder_bytes(model),
            "files": file_bytes(models, settings.methods),
            "memory_texts": MEMORY_TEXTS,
        }
        log = CellLog(out.with_suffix(".cells.jsonl"), Part)
        for part in parts(settings):
            if part not in log.done:
                say(f"{part.what}: {part.name}, threads: {part.threads} ...")
                found = measure_part(part, jobs, model, folder, settings.rounds)
                log.add(part, found | {"commit": machine.commit()})
            write_json(out, base | {"machine": machine.facts()} | joined(settings, log))


@dataclass(frozen=True)
class Part:
    """One thing that is measured; finished ones are kept and not measured again."""

    what: str
    name: str = ""
    threads: int = 1


def parts(settings: RuntimeSettings) -> list[Part]:
    """All of them; one thread first: those figures most depend on a quiet machine."""
    rates = itertools.product(settings.threads, settings.sets)
    return [
        Part("processes"),
        *(Part("throughput", name, count) for count, name in rates),
        *(Part("memory", name) for name in settings.methods),
    ]


def measure_part(
    part: Part, jobs: dict[str, Job], model: Path, folder: Path, rounds: int
) -> dict[str, Any]:
    """Measure it now."""
    if part.what == "processes":
        return {"costs": process_costs(model, folder, rounds), "wheel_bytes": wheel_bytes(folder)}
    if part.what == "memory":
        return {"peak_mb": memory(next(iter(jobs.values())), part.name, folder)}
    one = replace(jobs[part.name], threads=part.threads, latency=part.threads == 1)
    return throughput(one, folder)


def joined(settings: RuntimeSettings, log: CellLog) -> dict[str, Any]:
    """What is finished of these settings, as the tables read it."""
    done = [part for part in parts(settings) if part in log.done]
    processes = log.done[Part("processes")]
    return {
        "processes": processes["costs"],
        "wheel_bytes": processes["wheel_bytes"],
        "runs": [log.done[part] for part in done if part.what == "throughput"],
        "memory_mb": {
            part.name: log.done[part]["peak_mb"] for part in done if part.what == "memory"
        },
    }


def job(
    settings: RuntimeSettings,
    name: str,
    data: Path,
    models: Path,
    cache_dir: Path | None,
    nano: Path,
) -> Job:
    """What the measuring processes are told about a set."""
    texts, labels, pool = labelled_rows(name, data, settings.shots, settings.seed)
    return Job(
        set=name,
        threads=1,
        texts=texts,
        labels=labels,
        pool=pool,
        methods=settings.methods,
        nano=str(nano),
        models=str(models),
        cache_dir=str(cache_dir) if cache_dir else None,
        rounds=settings.rounds,
        latency=False,
    )


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
    for clock, name in (("wall_s", "added_s"), ("cpu_s", "added_cpu_s")):
        costs["import"][name] = round(costs["import"][clock] - costs["python"][clock], 4)
    return costs


def medians(runs: Sequence[Measured]) -> dict[str, float]:
    """Median wall and processor time and peak memory."""
    return {
        "cpu_s": round(statistics.median(run.cpu_s for run in runs), 4),
        "wall_s": round(statistics.median(run.wall_s for run in runs), 4),
        "peak_mb": round(statistics.median(run.peak_mb for run in runs), 1),
    }


def throughput(one: Job, folder: Path) -> dict[str, Any]:
    """Rates from a fresh process that starts with the thread variables set."""
    given, found = one.write(folder / "job.json"), folder / "rates.json"
    command = [sys.executable, "-m", "bench.throughput", str(given), str(found)]
    measure(command, environment(threads(one.threads)), folder / "throughput.txt")
    result: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return result


def memory(one: Job, name: str, folder: Path) -> float:
    """Peak megabytes of a process that loads one method and labels some texts."""
    few = replace(one, threads=1, pool=tuple(sample(one.pool, MEMORY_TEXTS)))
    given = few.write(folder / "memory.json")
    command = [sys.executable, "-m", "bench.speed_memory", str(given), name]
    return round(measure(command, environment(threads(1)), folder / "m.txt").peak_mb, 1)


def file_bytes(models: Path, methods: Sequence[str]) -> dict[str, int]:
    """Bytes of the encoder that a method deploys, where it is a file of ours to measure."""
    files = {name: METHODS[name].file for name in methods}
    return {name: (models / file).stat().st_size for name, file in files.items() if file}


def wheel_bytes(folder: Path) -> int | None:
    """The size of our own wheel, built from the commit; None where there is no git or no pip."""
    source, wheels = folder / "source", folder / "wheels"
    source.mkdir()
    quiet: dict[str, Any] = {"capture_output": True, "check": True}
    try:
        archive = subprocess.run(["git", "-C", str(REPOSITORY), "archive", "HEAD"], **quiet)
        subprocess.run(["tar", "-x", "-C", str(source)], input=archive.stdout, **quiet)
        build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", str(wheels), str(source)]
        subprocess.run(build, **quiet)
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"no wheel was built: {error}")
        return None
    return sum(wheel.stat().st_size for wheel in wheels.glob("*.whl"))
