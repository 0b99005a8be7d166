"""``nanonet report``: what a model is worth, as one page for people who did not make it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nanonet.cli._options import (
    json_option,
    label_option,
    print_json,
    print_notes,
    text_option,
)
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.report import Report


@click.command(short_help="Write a page on what a model is worth.")
@click.argument("model")
@click.argument("labelled", required=False)
@click.option("--pool", metavar="POOL", help="Table of unlabelled texts, for what to label next.")
@click.option("--test", metavar="TEST", help="Labelled table that the model did not learn from.")
@click.option("--classes", metavar="CLASSES", help="The class file the model was made with.")
@click.option(
    "--out", default="report.html", show_default=True, metavar="FILE", help="Page to write."
)
@click.option("--data-card", metavar="FILE", help="Write a data card (Markdown), too.")
@click.option("--no-quotes", is_flag=True, help="Leave out all texts of the tables.")
@click.option("--encoder", metavar="NAME", help="The encoder the model was made with.")
@click.option("--cache-dir", metavar="DIR", help="Where text vectors are kept.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--force", is_flag=True, help="Replace FILE even if it is not a report.")
@text_option
@label_option
@json_option
def report(
    model: str,
    labelled: str | None,
    out: str,
    data_card: str | None,
    force: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Write one HTML page on MODEL: how good it is, when to believe it, and what to do next.

    LABELLED is the table the model was made from. Its labels are hidden in turn from models made
    in the same way, so that they can tell what accuracy to expect, which labels look wrong, which
    classes are confused and what more labels would bring. With --pool the page says what to label
    next; with --test its figures are of that table. A page that is there is replaced.

    The page quotes texts (see --no-quotes), loads nothing, and can be printed or sent as it is.

    \b
    Examples:
      nanonet report model labelled.csv
      nanonet report model labelled.csv --pool pool.csv --test test.csv --out report.html
      nanonet report model --test test.csv --no-quotes --json
    """
    from nanonet.report import check_place

    check_place(Path(out), overwrite=force)
    if data_card is not None:
        _check_card(data_card, out)
    found = _built(model, labelled, given)
    found.save(out, overwrite=force)
    if data_card is not None:
        from nanonet.data import write_whole

        write_whole(data_card, found.data_card())
    if as_json:
        print_json({"out": out, "data_card": data_card, **found.to_dict()})
    else:
        _tell(found, out, data_card)


def _check_card(card: str, out: str) -> None:
    if not Path(card).absolute().parent.is_dir() or Path(card).is_dir():
        raise UserError(f"{card}: cannot be written there; give the name of a file in a folder")
    if Path(card).absolute() == Path(out).absolute():
        raise UserError(f"--out and --data-card are both {out}; give two names")


def _built(model: str, labelled: str | None, given: dict[str, Any]) -> Report:
    from nanonet.cli._progress import terminal_progress
    from nanonet.data import read_classes, read_labelled, read_pool, read_test
    from nanonet.report import ReportSettings, build_report

    notes: list[str] = []
    columns = given["text"], given["label"]
    learned = read_labelled(labelled, *columns, notes) if labelled else None
    pool = read_pool(given["pool"], given["text"], notes) if given["pool"] else None
    test = read_test(given["test"], *columns, notes) if given["test"] else None
    specs = read_classes(given["classes"]) if given["classes"] else None
    print_notes(notes)
    settings = ReportSettings(
        not given["no_quotes"], given["seed"], given["encoder"], given["cache_dir"]
    )
    return build_report(
        model,
        texts=learned.texts if learned else (),
        labels=learned.labels if learned else (),
        pool=pool.texts if pool else (),
        test_texts=test.texts if test else (),
        test_labels=test.labels if test else (),
        classes=specs,
        settings=settings,
        progress=terminal_progress(),
    )


def _tell(found: Report, out: str, card: str | None) -> None:
    from nanonet.report import summary

    for line in summary(found):
        click.echo(line)
    click.echo(f"written to {out}" + (f" and {card}" if card else ""))
