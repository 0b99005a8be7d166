"""``nanonet explain``: which parts of a text speak for its label."""

from __future__ import annotations

import sys

import click

from nanonet.cli._options import json_option, print_json


@click.command(short_help="Show what in a text spoke for its label.")
@click.argument("model")
@click.argument("text")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="Parts to show.")
@json_option
def explain(model: str, text: str, top: int, as_json: bool) -> None:
    """Label TEXT ("-" reads standard input) and show what spoke for and against that label.

    For a nano model the contributions are exact: with the label's bias they add up to its score
    before calibration. For a micro model each is how far the score falls when the word is left out,
    and they need not add up to anything. A negative number spoke against the label.

    \b
    Examples:
      nanonet explain model "where is my parcel"
      nanonet explain model - --json < letter.txt
    """
    from nanonet.runtime import load

    if text == "-":
        text = sys.stdin.read()
    found = load(model).explain(text, top=top)
    if as_json:
        print_json(found.to_dict())
        return
    click.echo(f"{found.label}  (confidence {found.confidence:.3f})")
    click.echo("added to the score by" if found.exact else "fall of the score without")
    for part, value in found.evidence:
        click.echo(f"{value:>+8.3f}  {part}")
    if found.exact:
        click.echo(f"{found.rest:>+8.3f}  (everything else)")
        click.echo(f"{found.bias:>+8.3f}  (the label itself, whatever the text)")
