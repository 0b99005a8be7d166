"""``nanonet predict``: a table in, the same table with labels out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nanonet import __version__
from nanonet.cli._options import json_option, print_json, print_notes, text_option
from nanonet.cli._rule import Asked, Rule, rule_of
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.cli._labelling import Labelling
    from nanonet.data import Answers, Chunk, Part, Source
    from nanonet.runtime import Classifier, ManyClassifier

# A micro student takes about a second for so many; a chunk is also the least that can be kept.
_SLOW_ROWS = 256


@dataclass(frozen=True)
class Task:
    """What is done to every row: the model, the column of the text, the columns that are added,
    and the rule by which some rows get no label."""

    classifier: Classifier | ManyClassifier
    text: str
    labelling: Labelling
    rule: Rule


@click.command(short_help="Label every row of a table.")
@click.argument("model")
@click.argument("table")
@click.option("--out", metavar="FILE", help="File to write; its ending gives the format.")
@click.option(
    "--max-error",
    type=float,
    metavar="SHARE",
    help="Leave rows unlabelled so that at most this share of the labels is wrong, such as 0.05.",
)
@click.option("--each-class", is_flag=True, help="Ask that of each label by itself.")
@click.option(
    "--max-foreign",
    type=float,
    metavar="SHARE",
    help="Leave rows unlabelled that are more foreign than this share of the pool, such as 0.99.",
)
@click.option(
    "--prior",
    metavar="FILE",
    help="JSON with a share for every class in TABLE, or estimate to find them in TABLE.",
)
@text_option
@json_option
def predict(
    model: str, table: str, out: str | None, text: str, as_json: bool, **asked: Any
) -> None:
    """Label every row of TABLE with MODEL.

    The columns label and confidence (the probability of that label, 0 to 1) are added, with
    predicted_ before the name where TABLE has such a column already; every other column and the
    order of the rows stay. A model that gives several labels a text adds labels and confidences,
    each joined by |, and both empty where no label applies.

    TABLE is CSV, TSV, JSON Lines, Parquet or plain text, all but Parquet also .gz or .zst; "-" is
    standard input. It may be of any size: memory does not grow with it. Without --out the rows go
    to standard output in the format they came in (Parquet and text: CSV); with --json, as JSON
    Lines. With --out and --json, one object tells what was done.

    With --out, a run that was stopped or killed is gone on with by the same command. FILE.part and
    FILE.part.journal hold what is done; FILE appears when it is whole. Another model, other options
    or changed rows make a run start anew, and it says so. Standard input is read once, so a run on
    it, or one without --out, cannot be gone on with.

    With --max-error, only rows that MODEL is sure enough of get a label, so that at most that share
    of the labels is wrong (with 95 % confidence, for texts like those it learned from); the others
    keep an empty label and their confidence, and are counted. Where its labels were too few to
    promise that, it says so. With --each-class besides, each label has a threshold of its own, and
    labels of which nothing can be promised are not given.

    With --max-foreign, a column foreign is added: the share, 0 to 1, of the texts MODEL learned
    from that are less foreign. Rows over it keep an empty label.

    With --prior, MODEL answers for another class mix than it learned, by Bayes' rule: FILE is JSON
    such as {"spam": 0.02, "ham": 0.98} (shares or counts); estimate finds the mix in the first
    20,000 rows of TABLE.

    \b
    Examples:
      nanonet predict model new.csv --out answers.csv
      nanonet predict model new.csv --out answers.csv --max-error 0.05
      nanonet predict model new.csv --out answers.csv --max-foreign 0.99
      nanonet predict model new.csv --out answers.csv --prior estimate
      nanonet predict model new.parquet --text body --out answers.parquet
      nanonet predict model new.jsonl.gz --out answers.jsonl.zst
      zcat new.jsonl.gz | nanonet predict model - > answers.jsonl
    """
    from nanonet.data import Part, can_be_read_again, check_target

    out = None if out == "-" else out
    check_target(out)
    task = _task(model, table, text, Asked(**asked))
    again = can_be_read_again(table)
    made_by = _made_by(task, table) if again else None
    part = None if out is None else Part(Path(out), made_by)
    kind = "jsonl" if as_json and out is None else None
    try:
        with part or nullcontext():
            facts = _label(task, table, part, kind)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_how_to_go_on(part, again)) from None
    except UserError:
        if part is not None and part.kept:
            print_notes([part.kept])
        raise
    if out is not None and as_json:
        print_json({**facts, "out": out})


def _task(model: str, table: str, text: str, asked: Asked) -> Task:
    from nanonet.cli._labelling import ManyLabels, OneLabel, refuse_for_many
    from nanonet.runtime import ManyClassifier, load_any

    classifier = load_any(model)
    if isinstance(classifier, ManyClassifier):
        if asked.options():
            raise refuse_for_many(asked.options()[0])
        return Task(classifier, text, ManyLabels(classifier), Rule())
    classifier, rule = rule_of(classifier, asked, table, text)
    one = OneLabel(classifier, rule.least(classifier), rule.max_foreign)
    return Task(classifier, text, one, rule)


def _made_by(task: Task, table: str) -> dict[str, str]:
    """What must be the same for a later run to go on; the rows themselves are compared besides."""
    # It names the SHA-256 of every file.
    manifest = json.dumps(task.classifier.info, sort_keys=True)
    return task.rule.made_by() | {
        "model": hashlib.sha256(manifest.encode()).hexdigest(),
        "--text": task.text,
        "format of the input": "".join(Path(table).suffixes[-2:]),
        "version of nanonet": __version__,
    }


def _how_to_go_on(part: Part | None, again: bool) -> str:
    if part is None:
        return "the rows written so far are all there is; with --out FILE a run can be gone on with"
    if not again:
        return "nothing is kept, because the input can be read only once"
    return part.kept or "nothing was done yet that could be kept"


def _label(task: Task, table: str, part: Part | None, kind: str | None) -> dict[str, object]:
    """Read, score and write side by side; returns what ``--json`` tells."""
    from nanonet.cli._rows_progress import shown
    from nanonet.data import Mark, added_names, ahead, need_column, write_table

    source = _opened(task.classifier.info, table, part)
    begun = Mark.start() if part is None else part.done.mark
    need_column(source, task.text, "--text")
    names = added_names(source, task.labelling.names)
    print_notes(_notes(source, part, names))
    answers = ahead(_answers(task, source, names, ahead(source.chunks)))
    with closing(answers), closing(shown(answers, source, begun, to_stdout=part is None)) as scored:
        done = write_table(part, source, scored, kind)
    if done.empty:
        print_notes(
            [f"{source.name}: rows with an empty text: {done.empty}; labelled all the same"]
        )
    if done.halved:
        print_notes(
            [
                f"{source.name}: rows with half a character (a lone surrogate): {done.halved}; "
                'written as "?", for only .jsonl can hold it'
            ]
        )
    counts: dict[str, object] = {"empty_texts": done.empty, "halved_rows": done.halved}
    if task.rule.silent:
        left = f"{done.abstained:,} of {done.mark.rows:,} rows"
        print_notes([f"{source.name}: left without a label: {left}; {task.rule}"])
        counts["abstained"] = done.abstained
    return {"rows": done.mark.rows, "columns": names, **counts, **task.rule.facts()}


def _opened(info: dict[str, Any], table: str, part: Part | None) -> Source:
    """The table, behind the rows that an earlier run has done."""
    from nanonet.data import Plan, TableChanged, open_table

    rows = Plan.chunk_rows if info["student"]["kind"] == "nano" else _SLOW_ROWS
    if part is None or not part.done.mark.rows:
        return open_table(table, Plan(rows, hashed=part is not None))
    print_notes([f"{part.path}: going on behind row {part.done.mark.rows:,}"])
    try:
        return open_table(table, Plan(rows, part.done.mark, hashed=True))
    except TableChanged:
        part.restart(f"the rows of {table} that were done have changed since")
        return open_table(table, Plan(rows, hashed=True))


def _notes(source: Source, part: Part | None, names: tuple[str, ...]) -> Iterator[str]:
    yield from part.notes if part is not None else ()
    for name in names:
        if name.startswith("predicted_"):
            taken = name.removeprefix("predicted_")
            yield f"{source.name} has a column {taken!r} already, so the new one is {name!r}"


def _answers(
    task: Task, source: Source, names: tuple[str, ...], chunks: Iterator[Chunk]
) -> Iterator[Answers]:
    """Each chunk with its new columns."""
    from nanonet.data import Answers, chunk_texts

    with closing(chunks):  # type: ignore[type-var]
        for chunk in chunks:
            texts, empty = chunk_texts(source, chunk, task.text)
            values, abstained = task.labelling.values(texts)
            added = dict(zip(names, values, strict=True))
            yield Answers(chunk, added, empty, abstained)
