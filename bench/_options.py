"""Options that several commands of the benchmark share, and how lists are written in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bench.protocol import DEFAULT_DATA, REPOSITORY

RESULTS = REPOSITORY / "bench" / "results"
FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
data_option = click.option(
    "--data", type=FOLDER, default=DEFAULT_DATA, help="Folder of the data sets."
)
cache_option = click.option("--cache-dir", type=FOLDER, help="Vector cache [nanonet's own].")


def out_option(name: str) -> Any:
    """``--out``, by default that file among the results."""
    return click.option("--out", type=FILE, default=RESULTS / name)


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
