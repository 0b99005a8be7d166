"""The command line of ``bench.condense``."""

from __future__ import annotations

import itertools
from pathlib import Path

import click

from bench import condense
from bench._options import cache_option, data_option, numbers, out_option, words
from nanonet.condense import NETWORKS


@click.command("condense")
@click.option("--sets", default=",".join(condense.SETS), show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@out_option("condense.json")
@data_option
@click.option("--time", "time_it", is_flag=True, help="Only the seconds, on ag_news.")
@cache_option
def command(
    sets: str, seeds: str, out: Path, data: Path, time_it: bool, cache_dir: Path | None
) -> None:
    """Accuracy from condensed tables beside the whole ones; can be resumed."""
    if time_it:
        condense.timed(data, out, cache_dir)
        return
    condense.run(words(condense.SETS, sets, "--sets"), numbers(seeds), data, out, cache_dir)


@click.command("condense-li-li")
@click.option("--sets", default="ag_news,sst2", show_default=True)
@click.option("--networks", default="bag,cnn", show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@out_option("condense_li_li.json")
@data_option
@cache_option
def study(
    sets: str, networks: str, seeds: str, out: Path, data: Path, cache_dir: Path | None
) -> None:
    """Synthetic items for small networks, judged from one start and from 20 fresh ones."""
    wanted = itertools.product(
        words(condense.SETS, sets, "--sets"),
        words(NETWORKS, networks, "--networks"),
        numbers(seeds),
    )
    condense.studies(wanted, data, out, cache_dir)


@click.group()
def both() -> None:
    """The two measurements of condensing."""


both.add_command(command)
both.add_command(study)


if __name__ == "__main__":
    both()
