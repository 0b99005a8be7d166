"""``nanonet explain``: which parts of a text speak for its label."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from nanonet.cli._options import json_option, print_json
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.artefact import Prototype
    from nanonet.runtime import Classifier, Explanation, ManyClassifier


@click.command(short_help="Show what in a text spoke for its label.")
@click.argument("model")
@click.argument("text")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="Parts to show.")
@click.option(
    "--prototypes", is_flag=True,
    help="Show labelled texts of the label and of the next one, where MODEL keeps them.",
)  # fmt: skip
@json_option
def explain(model: str, text: str, top: int, prototypes: bool, as_json: bool) -> None:
    """Label TEXT ("-" reads standard input) and show what spoke for and against that label.

    For a nano model the contributions are exact: with the label's bias they add up to its score
    before calibration. For a micro model each is how far the score falls when the word is left out,
    and they need not add up to anything. A negative number spoke against the label. A model that
    gives several labels explains each, surest first (the likeliest, where it gives none).

    --prototypes adds a clear and a borderline text of the label and of the runner-up, from the
    labelled texts; only models of nanonet fit --prototypes keep any.

    \b
    Examples:
      nanonet explain model "where is my parcel"
      nanonet explain model - --json < letter.txt
      nanonet explain model "where is my parcel" --prototypes
    """
    from nanonet.runtime import ManyClassifier, load_any

    if text == "-":
        text = sys.stdin.read()
    model_there = load_any(model)
    if isinstance(model_there, ManyClassifier):
        if prototypes:
            raise UserError(f"{model} gives several labels a text; such models keep no texts")
        _tell_many(model_there, text, top, as_json)
        return
    found = model_there.explain(text, top=top)
    like = _alike(model, model_there, text) if prototypes else []
    if as_json:
        more = {"prototypes": [vars(one) for one in like]} if prototypes else {}
        print_json({**found.to_dict(), **more})
        return
    _tell(found)
    for one in like:
        click.echo(f"\n{one.kind} text of {one.label} ({one.confidence:.3f})\n{one.text}")


def _alike(name: str, classifier: Classifier, text: str) -> list[Prototype]:
    """What the model keeps of the likeliest class, and then of the next."""
    if not classifier.prototypes:
        raise UserError(f"{name} keeps no texts; make it with nanonet fit --prototypes")
    order = (-classifier.predict_proba([text])[0]).argsort(kind="stable")[:2]
    names = [classifier.classes_[column] for column in order]
    return [one for name in names for one in classifier.prototypes if one.label == name]


def _tell_many(classifier: ManyClassifier, text: str, top: int, as_json: bool) -> None:
    found = classifier.explain(text, top=top)
    given = list(classifier.predict([text])[0])
    if as_json:
        print_json({"labels": given, "explanations": [one.to_dict() for one in found]})
        return
    click.echo(f"labels: {', '.join(given) or 'none'}")
    for one in found:
        click.echo()
        _tell(one)


def _tell(found: Explanation) -> None:
    click.echo(f"{found.label}  (confidence {found.confidence:.3f})")
    click.echo("added to the score by" if found.exact else "fall of the score without")
    for part, value in found.evidence:
        click.echo(f"{value:>+8.3f}  {part}")
    if found.exact:
        click.echo(f"{found.rest:>+8.3f}  (everything else)")
        click.echo(f"{found.bias:>+8.3f}  (the label itself, whatever the text)")
