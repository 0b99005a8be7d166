"""``nanonet condense``: a labelled table in, a thousandth of it out, with soft labels."""

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
    from nanonet.condense import Condensed

Given = tuple[str, str | None, str, tuple[str, ...]]

METHODS = ("soft-real", "herding", "k-centre-soft", "random", "random-soft", "random-learned",
           "k-centre", "li-li")  # fmt: skip


@click.command(short_help="Keep a thousandth of a labelled table that teaches nearly the same.")
@click.argument("table")
@click.option("--out", required=True, metavar="OUT", help="Folder (or file, see --format).")
@click.option(
    "--rate", type=float, help="Share of the rows to keep.  [default: 0.001, one row in a thousand]"
)
@click.option("--per-class", type=int, metavar="N", help="Rows of each class to keep instead.")
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default="soft-real",
    show_default=True,
    help="soft-real chooses real texts and labels them so that the encoder's classifier comes out "
    "nearly as from the whole table; li-li learns synthetic embeddings for a network of its own "
    "(a study, not a table to keep); the others are what they are measured against.",
)
@click.option(
    "--test", metavar="TEST", help="Table whose texts must not enter; copies are dropped."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["folder", "jsonl", "prompt"]),
    default="folder",
    show_default=True,
    help="folder: rows, settings and a report; jsonl: the rows with their soft labels in one file; "
    "prompt: a few-shot prompt. TABLE may be a condensed folder for the last two.",
)
@click.option("--encoder", metavar="NAME", help="As for nanonet fit.")
@click.option("--cache-dir", metavar="DIR", help="As for nanonet fit.")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Same seed and same table, same bytes."
)
@click.option("--force", is_flag=True, help="Replace OUT if it is there.")
@text_option
@label_option
@json_option
def condense(
    table: str,
    out: str,
    test: str | None,
    form: str,
    force: bool,
    text: str,
    label: tuple[str, ...],
    as_json: bool,
    **settings: Any,
) -> None:
    """Condense TABLE into a few of its texts with soft labels and weights.

    TABLE has the columns text and label (see --text and --label). A tenth of it is held out;
    the accuracy of what was kept is measured there, beside random and k-centre texts and the
    whole table. Every row kept names its row of TABLE. nanonet fit takes the folder in place of a
    table.

    \b
    Examples:
      nanonet condense labelled.csv --out few
      nanonet condense labelled.csv --per-class 5 --test test.csv --out few
      nanonet fit few --pool pool.csv --out model
      nanonet condense few --format prompt --out prompt.txt
    """
    from nanonet.condense import is_condensed, read_condensed

    _check_place(out, form, force)
    if is_condensed(table):
        if form == "folder":
            raise UserError(f"{table}: is condensed already; give --format jsonl or prompt")
        _write(read_condensed(table), out, form, force)
        click.echo(f"written to {out}")
        return
    if settings["method"] == "li-li":
        _study((table, test, text, label), out, (form, force, as_json), settings)
        return
    condensed = _condense(table, test, text, label, settings)
    _write(condensed, out, form, force)
    _tell(condensed, out, form, as_json)


def _condense(
    table: str, test: str | None, text: str, label: tuple[str, ...], settings: dict[str, Any]
) -> Condensed:
    from nanonet.condense import condense as run

    return _run(run, (table, test, text, label), settings)


def _run(run: Any, given: Given, settings: dict[str, Any]) -> Any:
    """Check the settings, read the tables, run."""
    from nanonet.cli._progress import terminal_progress
    from nanonet.condense import DEFAULT_RATE, Size
    from nanonet.data import read_labelled, read_pool

    table, test, text, label = given
    both = settings["rate"], settings["per_class"]
    Size(DEFAULT_RATE if both == (None, None) else both[0], both[1]).check()
    notes: list[str] = []
    labelled = read_labelled(table, text, label, notes)
    kept_out = read_pool(test, text, notes).texts if test else None
    print_notes(notes)
    return run(
        labelled.texts,
        labelled.labels,
        test_texts=kept_out,
        progress=terminal_progress(),
        **settings,
    )


def _study(given: Given, out: str, how: tuple[str, bool, bool], settings: dict[str, Any]) -> None:
    from nanonet.condense import distil_items, told, write_synthetic

    form, force, as_json = how
    if form != "folder":
        raise UserError("li-li makes no texts, so there is nothing to write but --format folder")
    del settings["method"]
    study = _run(distil_items, given, settings)
    write_synthetic(study, out, overwrite=force)
    if as_json:
        print_json({"out": out, "rows": len(study.labels), **study.facts})
    else:
        click.echo(f"{told(study)}\n\nwritten to {out}")


def _check_place(out: str, form: str, force: bool) -> None:
    from nanonet.condense import check_place

    path = Path(out)
    if form == "folder":
        check_place(path, overwrite=force)
        return
    if path.is_dir():
        raise UserError(f"{out}: is a folder; --format {form} writes a file")
    if path.exists() and not force:
        raise UserError(f"{out}: exists already; choose another --out or replace it with --force")
    if not path.absolute().parent.is_dir():
        raise UserError(f"{out}: the folder {path.absolute().parent} does not exist; make it first")


def _write(condensed: Condensed, out: str, form: str, force: bool) -> None:
    from nanonet.condense import prompt, rows_jsonl, write_condensed
    from nanonet.data import write_whole

    if form == "folder":
        write_condensed(condensed, out, overwrite=force)
    else:
        content = rows_jsonl(condensed) if form == "jsonl" else prompt(condensed)
        write_whole(out, content.encode("utf-8", "replace"))


def _tell(condensed: Condensed, out: str, form: str, as_json: bool) -> None:
    from nanonet.condense import summary

    if as_json:
        learner = condensed.trained.to_dict()
        print_json({"out": out, "rows": len(condensed.items), "learner": learner,
                    **condensed.facts})  # fmt: skip
        return
    click.echo(summary(condensed))
    after = f"; next: nanonet fit {out} --out MODEL" if form == "folder" else ""
    click.echo(f"\nwritten to {out}{after}")
