"""The benchmark's command line: ``python -m bench.run accuracy|time|runtime --help``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from bench import accuracy, runtime, timing
from bench.cells import METHODS, NAMES, Places, keys
from bench.peers import PEERS
from bench.protocol import DEFAULT_DATA, REPOSITORY, SETS

RESULTS = REPOSITORY / "bench" / "results"
_folder = click.Path(path_type=Path, file_okay=False)
_file = click.Path(path_type=Path, dir_okay=False)
_data = click.option("--data", type=_folder, default=DEFAULT_DATA, help="Folder of the data sets.")
_cache = click.option("--cache-dir", type=_folder, help="Vector cache [nanonet's own].")


def words(allowed: tuple[str, ...], text: str, option: str) -> tuple[str, ...]:
    """A comma-separated list whose members are all allowed."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    wrong = [part for part in found if part not in allowed]
    if wrong or not found:
        seen = ", ".join(wrong) or "nothing"
        raise click.BadParameter(f"{seen}; allowed are {', '.join(allowed)}", param_hint=option)
    return found


def numbers(text: str) -> tuple[int, ...]:
    """``0-4`` or ``5,10,30`` or both together, as numbers."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        try:
            found += range(int(first), int(last if dash else first) + 1)
        except ValueError:
            raise click.BadParameter(f"'{part}' is neither a number nor a range like 0-4") from None
    return tuple(found)


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
@click.option("--classes-dir", type=_folder, default=REPOSITORY / "bench" / "classes")
@click.option("--redo", default="", help="Methods whose finished cells are run again.")
@click.option("--out", type=_file, default=RESULTS / "accuracy.json")
@_data
@_cache
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
@click.option("--out", type=_file, default=RESULTS / "time.json")
@_data
def time_command(pool: int, effort: str, out: Path, data: Path) -> None:
    """SetFit and nanonet from 40 labels to a labelled pile, as whole processes, once."""
    timing.run(timing.TimeSettings(pool=pool, effort=effort), data, out)


@main.command("runtime")
@click.option("--rounds", default=5, show_default=True, help="Interleaved rounds.")
@click.option("--threads", default=1, show_default=True)
@click.option("--peers", default=",".join(runtime.PEERS), show_default=True)
@click.option("--model", type=_folder, help="A saved model [a nano student is fitted].")
@click.option("--out", type=_file, default=RESULTS / "runtime.json")
@_data
@_cache
def runtime_command(
    rounds: int,
    threads: int,
    peers: str,
    model: Path | None,
    out: Path,
    data: Path,
    cache_dir: Path | None,
) -> None:
    """Import time, cold start, memory, size, and throughput against the peers."""
    chosen = words(runtime.PEERS, peers, "--peers")
    settings = runtime.RuntimeSettings(rounds=rounds, threads=threads, peers=chosen)
    runtime.run(settings, data, out, cache_dir, model)


if __name__ == "__main__":
    main()
