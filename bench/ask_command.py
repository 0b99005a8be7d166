"""``python -m bench.run ask``: what to ask a teacher, what to label first, what to doubt."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bench import ask
from bench._options import cache_option, data_option, numbers, out_option, words
from bench.accuracy import say
from bench.ask_annotator import KINDS, Errors
from bench.ask_cell import Places
from bench.protocol import SETS


@click.command("ask")
@click.option("--parts", default=",".join(ask.PARTS), show_default=True)
@click.option("--sets", default="ag_news,banking77,trec6", show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@click.option("--errors", default="class", show_default=True, help="Kinds: class, hard.")
@click.option("--rates", default="0.2", show_default=True, help="Shares of wrong answers.")
@click.option("--redo", is_flag=True, help="Run finished cells again.")
@out_option("ask.json")
@data_option
@cache_option
def command(
    parts: str,
    sets: str,
    seeds: str,
    errors: str,
    rates: str,
    redo: bool,
    out: Path,
    data: Path,
    cache_dir: Path | None,
) -> None:
    """Strategies against equal budgets of a simulated annotator's answers; can be resumed.

    Parts: teacher (what to ask), first (what to label first, from nothing), doubt (which labels to
    doubt, with errors planted, and on ag_news_noisy with those people made).
    """
    kinds = words(KINDS, errors, "--errors")
    try:
        shares = [float(part) for part in rates.split(",")]
    except ValueError:
        raise click.BadParameter(f"'{rates}' is no list of shares", param_hint="--rates") from None
    wanted = [Errors(kind, rate) for kind in kinds for rate in shares]
    names = words((*SETS, "ag_news_noisy"), sets, "--sets")
    failed = 0
    for part in words(ask.PARTS, parts, "--parts"):
        todo = ask.keys(part, names, wanted, numbers(seeds))
        failed += ask.run(todo, Places(data, cache_dir), out, redo)
    if failed:
        say(f"{failed} cells failed; run the same command again to try only those")
        sys.exit(1)
