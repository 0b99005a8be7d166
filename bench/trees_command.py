"""``python -m bench.run trees``: classes in a tree."""

from __future__ import annotations

from pathlib import Path

import click

from bench import trees
from bench._options import FOLDER, cache_option, data_option, out_option, words
from bench.protocol import REPOSITORY


@click.command("trees")
@click.option("--sets", default=",".join(trees.SETS), show_default=True)
@click.option("--classes-dir", type=FOLDER, default=REPOSITORY / "bench" / "classes")
@out_option("trees.json")
@data_option
@cache_option
def command(sets: str, classes_dir: Path, out: Path, data: Path, cache_dir: Path | None) -> None:
    """Hierarchical F1 of flat and tree-wise answers from the same votes; no label is used."""
    trees.run(words(trees.SETS, sets, "--sets"), data, out, cache_dir, classes_dir)
