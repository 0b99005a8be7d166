"""The command line of ``bench.condense``."""

from __future__ import annotations

from pathlib import Path

import click

from bench import condense
from bench._options import cache_option, data_option, numbers, out_option, words


@click.command("condense")
@click.option("--sets", default=",".join(condense.SETS), show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@out_option("condense.json")
@data_option
@cache_option
def command(sets: str, seeds: str, out: Path, data: Path, cache_dir: Path | None) -> None:
    """Accuracy from condensed tables beside the whole ones; can be resumed."""
    condense.run(words(condense.SETS, sets, "--sets"), numbers(seeds), data, out, cache_dir)


if __name__ == "__main__":
    command()
