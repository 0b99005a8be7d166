"""Options and output that several verbs share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

Verb = TypeVar("Verb", bound=Callable[..., Any])


def text_option(verb: Verb) -> Verb:
    """``--text COLUMN``."""
    return click.option(
        "--text", "text", default="text", show_default=True, metavar="COLUMN",
        help="Column that holds the text.",
    )(verb)  # fmt: skip


def label_option(verb: Verb) -> Verb:
    """``--label COLUMN``; more than one are columns of 0 and 1, several labels a row."""
    return click.option(
        "--label", "label", default=("label",), multiple=True, metavar="COLUMN",
        help="Column that holds the label; given several times, a column of 0 and 1 for each label "
        "of rows that may have several.  [default: label, or labels, joined by |]",
    )(verb)  # fmt: skip


def json_option(verb: Verb) -> Verb:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(verb)


def print_json(value: object) -> None:
    """One object on one line of standard output."""
    print(json.dumps(value, ensure_ascii=False))


def print_notes(notes: Iterable[str]) -> None:
    """Warnings, one a line on standard error."""
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
