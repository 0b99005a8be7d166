"""``nanonet fit``: labelled rows, a pool or class names in, a model folder out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nanonet.cli._fit_extras import Extras, extra_options
from nanonet.cli._options import (
    json_option,
    label_option,
    print_json,
    print_notes,
    text_option,
)
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.data import ClassSpec, Labelled, ManyLabelled, ManyTest, Pool, Test
    from nanonet.votes import VoteTable


_PLAIN = ("auto", "nano", "micro")


@click.command(short_help="Learn a model from labelled texts and a pile of others.")
@click.argument("labelled", required=False)
@click.option("--pool", metavar="POOL", help="Table of unlabelled texts; the more, the better.")
@click.option(
    "--classes",
    metavar="CLASSES",
    help="File of class names, one a line, or .toml with descriptions and phrases.",
)
@click.option(
    "--votes",
    metavar="VOTES",
    help="Table of votes on texts of POOL and LABELLED, such as nanonet label writes: columns text "
    "and label, and maybe probability, source and cost.",
)
@click.option("--out", required=True, metavar="MODEL", help="Folder to write the model to.")
@click.option(
    "--test", metavar="TEST", help="Labelled table to score the model on; never learned from."
)
@click.option(
    "--effort",
    type=click.Choice(["quick", "normal", "best"]),
    default="quick",
    show_default=True,
    help="How much work to spend: quick uses the encoder as it is; normal also tunes it, on the "
    "labels and then on the pool, and keeps that where hidden labels or the pool itself speak for "
    "it (minutes; worth most where the classes are not topics); best does more of the same.",
)
@click.option(
    "--student",
    type=click.Choice([*_PLAIN, "micro-1", "micro-2", "micro-3", "ensemble", "cascade"]),
    default="auto",
    show_default=True,
    help="Kind of model: nano (table of n-grams); micro (encoder; needs the onnx extra to run) or "
    "only its first 1, 2 or 3 layers; ensemble (both, multiplied); cascade (nano, and the ensemble "
    "for the texts nano is not sure of); or auto: nano, unless micro is estimated to be over a "
    "point more accurate, and then the ensemble.",
)
@click.option(
    "--max-mb",
    type=click.FloatRange(0, min_open=True),
    help="Largest size of the model in megabytes.  [default: 4 for nano, no limit for micro]",
)
@click.option(
    "--max-us",
    type=click.FloatRange(0, min_open=True),
    help="Most microseconds a text may take, measured on this machine in one thread on your own "
    "texts. With it, --student auto makes every kind and takes the best that fits.",
)
@click.option(
    "--encoder",
    metavar="NAME",
    help="Sentence encoder to learn with: a folder or a Hugging Face name.  "
    "[default: all-MiniLM-L6-v2, which is bundled]",
)
@click.option(
    "--cache-dir",
    metavar="DIR",
    help="Where text vectors and tuned encoders are kept between runs.  "
    "[default: nanonet in your cache folder]",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Same seed and same input, same model."
)
@click.option("--force", is_flag=True, help="Replace MODEL if it is there and is a model.")
@extra_options
@text_option
@label_option
@json_option
def fit(
    labelled: str | None,
    pool: str | None,
    classes: str | None,
    votes: str | None,
    out: str,
    test: str | None,
    text: str,
    label: tuple[str, ...],
    as_json: bool,
    effort: str,
    force: bool,
    **settings: Any,
) -> None:
    """Learn from LABELLED, and from the texts in POOL, and write the folder MODEL.

    LABELLED may also be a folder of nanonet condense: its soft labels are learned as they are.

    LABELLED and TEST have the columns text and label, POOL has text (see --text and --label); the
    formats are CSV, TSV, JSON Lines, Parquet and plain text, also .gz or .zst. LABELLED may be left
    out when --classes and --pool are given. Rows that may have several labels have them in a column
    labels, joined by | (empty where none applies), or in a column of 0 and 1 for each label, all
    named by --label; the model then gives any number of labels. Copies of TEST rows are removed
    from the other tables.

    What was learned, chosen and why is printed at the end and kept in MODEL; see it again with
    nanonet info.

    Ctrl-C stops, and the same command goes on from there; but while --effort normal or best tune
    the encoder it writes the model as it is by then, and Ctrl-C again stops.

    \b
    Examples:
      nanonet fit labelled.csv --pool pool.csv --out model
      nanonet fit labelled.jsonl --pool pool.parquet --test test.csv --out model
      nanonet fit --classes classes.txt --pool pool.txt --out model
      nanonet fit labelled.csv --pool pool.csv --votes votes.csv --out model
      nanonet fit labelled.csv --label late --label broken --pool pool.csv --out model
      nanonet fit labelled.csv --pool pool.csv --out model --max-us 2000 --max-mb 20
    """
    from nanonet.cli._progress import terminal_progress

    extras = Extras.taken(settings)
    _check(labelled, pool, classes)
    _check_place(out, force)
    tables = _Tables(labelled, pool, classes, test, text, label)
    tables.read_votes(votes, text)
    print_notes(tables.notes)
    extras.check(tables)

    fitted: Any
    if tables.condensed:
        fitted = _fit_condensed(tables, effort, settings)
    elif tables.many:
        from nanonet.cli._fit_many import fit_tables, refuse_one_label

        refuse_one_label({"classes": tables.classes, "votes": votes})
        kept_out = tables.test.texts if tables.test else None
        fitted = fit_tables(tables.many, tables.pool, kept_out, effort=effort, **settings)
    else:
        from nanonet.pipeline import fit as fit_model

        fitted = fit_model(
            tables.labelled.texts if tables.labelled else (),
            tables.labelled.labels if tables.labelled else (),
            pool=tables.pool.texts if tables.pool else (),
            classes=tables.classes,
            votes=tables.votes,
            test_texts=tables.test.texts if tables.test else None,
            effort=effort,
            progress=terminal_progress(),
            **settings,
        )
    fitted.save(out, overwrite=force, **extras.saving())
    _tell(fitted, out, tables.test, test, as_json)
    extras.write(out, tables, settings)


def _check(labelled: str | None, pool: str | None, classes: str | None) -> None:
    if labelled is None and (classes is None or pool is None):
        raise UserError(
            "there is nothing to learn from: give a labelled table, or both --classes and --pool"
        )


def _check_place(out: str, force: bool) -> None:
    path = Path(out)
    if path.exists() and not force:
        raise UserError(f"{out}: exists already; choose another --out or replace it with --force")
    if path.exists() and not (path / "model.json").is_file():
        raise UserError(
            f"{out}: is not a nanonet model, so --force leaves it alone; use another --out"
        )
    if not path.absolute().parent.is_dir():
        raise UserError(f"{out}: the folder {path.absolute().parent} does not exist; make it first")


class _Tables:
    """Everything the command names, read before any work starts so that all errors come first."""

    def __init__(
        self,
        labelled: str | None,
        pool: str | None,
        classes: str | None,
        test: str | None,
        text: str,
        label: tuple[str, ...],
    ) -> None:
        from nanonet.data import (
            ManyLabelled,
            read_any_labelled,
            read_classes,
            read_many_test,
            read_pool,
            read_test,
        )

        self.notes: list[str] = []
        self.classes: tuple[ClassSpec, ...] | None = read_classes(classes) if classes else None
        self.labelled: Labelled | None = None
        self.many: ManyLabelled | None = None
        self.pool: Pool | None = None
        self.test: Test | ManyTest | None = None
        self.condensed = (
            labelled if labelled and (Path(labelled) / "condensed.json").is_file() else None
        )
        if labelled and not self.condensed:
            found = read_any_labelled(labelled, text, label, self.notes)
            if isinstance(found, ManyLabelled):
                self.many = found
            else:
                self.labelled = found
        if pool:
            self.pool = read_pool(pool, text, self.notes)
        if test:
            read = read_many_test if self.many else read_test
            self.test = read(test, text, label, self.notes)
        self.votes: VoteTable | None = None

    def read_votes(self, path: str | None, text: str) -> None:
        """The votes, on texts of the pool and, behind them, of the labelled table."""
        if path is None or self.many:  # votes beside several labels are refused
            return
        from nanonet.votes import Tree, read_votes

        labelled, pool = self.labelled, self.pool
        names = sorted(set(labelled.labels)) if labelled else []
        if self.classes is not None:
            names = [self.classes[i].name for i in Tree.of(self.classes).leaves]
        texts = [*(pool.texts if pool else ()), *(labelled.texts if labelled else ())]
        self.votes = read_votes(path, texts, names, text)


def _fit_condensed(tables: _Tables, effort: str, settings: dict[str, Any]) -> Any:
    from nanonet.cli._progress import terminal_progress
    from nanonet.pipeline import fit_condensed

    if effort != "quick" or tables.classes or tables.votes:
        raise UserError(
            f"{tables.condensed}: is condensed, which says all there is to learn; leave out "
            "--effort, --classes and --votes"
        )
    if settings.pop("max_us", None) is not None or settings["student"] not in _PLAIN:
        raise UserError(
            f"{tables.condensed}: is condensed, and from that come nano and micro models only; "
            "leave out --max-us and give another --student"
        )
    return fit_condensed(
        str(tables.condensed),
        pool=tables.pool.texts if tables.pool else (),
        test_texts=tables.test.texts if tables.test else None,
        progress=terminal_progress(),
        **settings,
    )


def _tell(
    fitted: Any, out: str, test: Test | ManyTest | None, name: str | None, as_json: bool
) -> None:
    from nanonet.cli.evaluate import as_text, score, score_many
    from nanonet.data import ManyTest
    from nanonet.runtime import load, load_many

    scores = None
    # The folder is read back, so what is scored is what was written.
    if isinstance(test, ManyTest):
        scores = score_many(load_many(out), test, str(name))
    elif test is not None:
        scores = score(load(out), test, str(name))
    report, first = fitted.report, list(getattr(fitted, "label_first", ()))
    if as_json:
        more: dict[str, Any] = {"test": scores} if scores else {}
        more |= {"label_first": first} if first else {}
        print_json({"model": out, **report.to_dict(), **more})
        return
    click.echo(report.summary())
    if first:
        click.echo("\nlabel these first:\n" + "\n".join(f"  {' '.join(t.split())}" for t in first))
    if scores:
        click.echo(f"\non {name}:\n{as_text(scores)}")
    click.echo(f"\nwritten to {out}; next: nanonet predict {out} TABLE")
