"""``nanonet predict``: a table in, the same table with labels out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nanonet import __version__
from nanonet.cli._options import json_option, print_json, print_notes, text_option
from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.data import Answers, Chunk, Part, Source
    from nanonet.runtime import Classifier

# A micro student takes about a second for so many; a chunk is also the least that can be kept.
_SLOW_ROWS = 256


@click.command(short_help="Label every row of a table.")
@click.argument("model")
@click.argument("table")
@click.option("--out", metavar="FILE", help="File to write; its ending gives the format.")
@text_option
@json_option
def predict(model: str, table: str, out: str | None, text: str, as_json: bool) -> None:
    """Label every row of TABLE with MODEL.

    The columns label and confidence (the probability of that label, 0 to 1) are added, with
    predicted_ before the name where TABLE has such a column already; every other column and the
    order of the rows stay.

    TABLE is CSV, TSV, JSON Lines, Parquet or plain text, all but Parquet also .gz or .zst; "-" is
    standard input. It may be of any size: memory does not grow with it. Without --out the rows go
    to standard output in the format they came in (Parquet and text: CSV); with --json, as JSON
    Lines. With --out and --json, one object tells what was done.

    With --out, a run that was stopped or killed is gone on with by the same command. FILE.part and
    FILE.part.journal hold what is done; FILE appears when it is whole. Another model, other options
    or changed rows make a run start anew, and it says so. Standard input is read once, so a run on
    it, or one without --out, cannot be gone on with.

    \b
    Examples:
      nanonet predict model new.csv --out answers.csv
      nanonet predict model new.parquet --text body --out answers.parquet
      nanonet predict model new.jsonl.gz --out answers.jsonl.zst
      zcat new.jsonl.gz | nanonet predict model - > answers.jsonl
    """
    from nanonet.data import Part, can_be_read_again, check_target
    from nanonet.runtime import load

    out = None if out == "-" else out
    check_target(out)
    classifier = load(model)
    again = can_be_read_again(table)
    made_by = _made_by(classifier, table, text) if again else None
    part = None if out is None else Part(Path(out), made_by)
    kind = "jsonl" if as_json and out is None else None
    try:
        with part or nullcontext():
            facts = _label(classifier, table, text, part, kind)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_how_to_go_on(part, again)) from None
    except UserError:
        if part is not None and part.kept:
            print_notes([part.kept])
        raise
    if out is not None and as_json:
        print_json({**facts, "out": out})


def _made_by(classifier: Classifier, table: str, text: str) -> dict[str, str]:
    """What must be the same for a later run to go on; the rows themselves are compared besides."""
    manifest = json.dumps(classifier.info, sort_keys=True)  # names the SHA-256 of every file
    return {
        "model": hashlib.sha256(manifest.encode()).hexdigest(),
        "--text": text,
        "format of the input": "".join(Path(table).suffixes[-2:]),
        "version of nanonet": __version__,
    }


def _how_to_go_on(part: Part | None, again: bool) -> str:
    if part is None:
        return "the rows written so far are all there is; with --out FILE a run can be gone on with"
    if not again:
        return "nothing is kept, because the input can be read only once"
    return part.kept or "nothing was done yet that could be kept"


def _label(
    classifier: Classifier, table: str, text: str, part: Part | None, kind: str | None
) -> dict[str, object]:
    """Read, score and write side by side; returns what ``--json`` tells."""
    from nanonet.cli._rows_progress import shown
    from nanonet.data import Mark, added_names, ahead, need_column, write_table

    source = _opened(classifier, table, part)
    begun = Mark.start() if part is None else part.done.mark
    need_column(source, text, "--text")
    names = added_names(source, ("label", "confidence"))
    print_notes(_notes(source, part, names))
    answers = ahead(_answers(classifier, source, text, names, ahead(source.chunks)))
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
    counts = {"empty_texts": done.empty, "halved_rows": done.halved}
    return {"rows": done.mark.rows, "columns": names, **counts}


def _opened(classifier: Classifier, table: str, part: Part | None) -> Source:
    """The table, behind the rows that an earlier run has done."""
    from nanonet.data import Plan, TableChanged, open_table

    rows = Plan.chunk_rows if classifier.info["student"]["kind"] == "nano" else _SLOW_ROWS
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
    classifier: Classifier,
    source: Source,
    text: str,
    names: tuple[str, ...],
    chunks: Iterator[Chunk],
) -> Iterator[Answers]:
    """Each chunk with its new columns."""
    import numpy as np

    from nanonet.data import Answers, chunk_texts

    classes = classifier.classes_
    with closing(chunks):  # type: ignore[type-var]
        for chunk in chunks:
            texts, empty = chunk_texts(source, chunk, text)
            proba = classifier.predict_proba(texts)
            labels = [classes[column] for column in proba.argmax(axis=1).tolist()]
            # Six digits say more than a float32 softmax knows.
            confidence = np.round(proba.max(axis=1).astype(np.float64), 6).tolist()
            yield Answers(chunk, dict(zip(names, (labels, confidence), strict=True)), empty)
