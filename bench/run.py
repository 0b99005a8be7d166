"""The benchmark's command line: ``python -m bench.run accuracy|time|runtime|ablation --help``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from bench import (
    ablation_command,
    accuracy,
    ask_command,
    calibration,
    cascade,
    condense_command,
    deletion,
    forecast,
    labelling,
    length,
    llm_faults,
    multilabel,
    promise,
    runtime,
    scope,
    serve,
    size_command,
    soak,
    timing,
    trees_command,
)
from bench._options import FOLDER, cache_option, data_option, numbers, out_option, words
from bench.cells import METHODS, NAMES, Places, keys
from bench.peers import PEERS
from bench.protocol import REPOSITORY, SETS
from bench.speed_methods import METHODS as METHODS_TIMED


@click.group()
def main() -> None:
    """Measure nanonet and its peers on the same draws."""
    # Peers must not look for anything on a hub: the encoder is a folder that is already there.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@main.command("accuracy")
@click.option("--sets", default="ag_news,trec6,sst2", show_default=True)
@click.option("--shots", default="5,10,30", show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@click.option("--methods", default=",".join(("nanonet", *PEERS)), show_default=True)
@click.option("--names", default="none", show_default=True, help="Class names: none, with, only.")
@click.option("--classes-dir", type=FOLDER, default=REPOSITORY / "bench" / "classes")
@click.option("--redo", default="", help="Methods whose finished cells are run again.")
@out_option("accuracy.json")
@data_option
@cache_option
def accuracy_command(
    sets: str,
    shots: str,
    seeds: str,
    methods: str,
    names: str,
    classes_dir: Path,
    redo: str,
    out: Path,
    data: Path,
    cache_dir: Path | None,
) -> None:
    """Accuracy, macro F1 and calibration of every method on every draw; can be resumed."""
    wanted = keys(
        words(tuple(SETS), sets, "--sets"),
        numbers(shots),
        words(NAMES, names, "--names"),
        numbers(seeds),
        words(METHODS, methods, "--methods"),
    )
    again = words(METHODS, redo, "--redo") if redo else ()
    failed = accuracy.run(list(wanted), data, out, Places(cache_dir, classes_dir), again)
    if failed:
        accuracy.say(f"{failed} cells failed; run the same command again to try only those")
        sys.exit(1)


@main.command("time")
@click.option("--pool", default=20_000, show_default=True, help="Texts to label.")
@click.option("--effort", default="quick", show_default=True)
@click.option("--set", "name", default="ag_news", show_default=True)
@click.option("--shots", default=10, show_default=True, help="Labels a class.")
@click.option("--fill", default="", help="A set whose sentences fill a smaller pool.")
@click.option("--peer/--no-peer", default=True, show_default=True, help="Run SetFit too.")
@out_option("time.json")
@data_option
def time_command(
    pool: int, effort: str, name: str, shots: int, fill: str, peer: bool, out: Path, data: Path
) -> None:
    """SetFit and nanonet from 40 labels to a labelled pile, as whole processes, once."""
    settings = timing.TimeSettings(name, shots, pool, effort=effort, fill=fill, peer=peer)
    timing.run(settings, data, out)


@main.command("runtime")
@click.option("--sets", default="ag_news,banking77,imdb", show_default=True)
@click.option("--rounds", default=7, show_default=True, help="Interleaved rounds.")
@click.option("--threads", default="1,2", show_default=True)
@click.option("--methods", default=",".join(METHODS_TIMED), show_default=True)
@click.option("--model", type=FOLDER, help="A saved model [a nano student is fitted].")
@out_option("runtime.json")
@data_option
@cache_option
def runtime_command(
    sets: str,
    rounds: int,
    threads: str,
    methods: str,
    model: Path | None,
    out: Path,
    data: Path,
    cache_dir: Path | None,
) -> None:
    """Import time, cold start, memory, size, and throughput and latency against the peers."""
    settings = runtime.RuntimeSettings(
        sets=words(tuple(SETS), sets, "--sets"),
        rounds=rounds,
        threads=numbers(threads),
        methods=words(tuple(METHODS_TIMED), methods, "--methods"),
    )
    runtime.run(settings, data, out, cache_dir, model)


main.add_command(ablation_command.command)
main.add_command(condense_command.command)
main.add_command(condense_command.study)
main.add_command(size_command.command)
main.add_command(serve.command)
main.add_command(soak.command)
main.add_command(labelling.command)
main.add_command(promise.command)
main.add_command(deletion.command)
main.add_command(forecast.command)
main.add_command(length.command)
main.add_command(cascade.command)
main.add_command(calibration.command)
main.add_command(scope.command)
main.add_command(ask_command.command)
main.add_command(trees_command.command)
main.add_command(llm_faults.command)
main.add_command(multilabel.command)

if __name__ == "__main__":
    main()
