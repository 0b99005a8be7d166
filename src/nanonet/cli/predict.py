"""``nanonet predict``: a table in, the same table with labels out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from nanonet.cli._options import json_option, print_json, print_notes, text_option

if TYPE_CHECKING:
    from nanonet.data import Chunk, Source
    from nanonet.runtime import Classifier


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

    TABLE is CSV, TSV, JSON Lines, Parquet or plain text, also .gz or .zst; "-" is standard input.
    Without --out the rows go to standard output in the format they came in (Parquet and text:
    CSV); with --json, as JSON Lines. With --out and --json, one object tells what was done.

    \b
    Examples:
      nanonet predict model new.csv --out answers.csv
      nanonet predict model new.parquet --text body --out answers.parquet
      zcat new.jsonl.gz | nanonet predict model - > answers.jsonl
    """
    from nanonet.data import added_names, check_target, need_column, open_table, write_table
    from nanonet.runtime import load

    out = None if out == "-" else out
    check_target(out)
    classifier = load(model)
    source = open_table(table)
    need_column(source, text, "--text")
    names = added_names(source, ("label", "confidence"))
    taken = [name for name in names if name.startswith("predicted_")]
    print_notes(
        f"{source.name} has a column {name.removeprefix('predicted_')!r} already, so the new one "
        f"is {name!r}"
        for name in taken
    )
    empty: list[int] = []
    scored = _scored(classifier, source, text, names, empty)
    rows = write_table(out, source, scored, kind="jsonl" if as_json and out is None else None)
    if empty:
        print_notes(
            [f"{source.name}: rows with an empty text: {sum(empty)}; labelled all the same"]
        )
    if out is not None and as_json:
        print_json({"rows": rows, "out": out, "columns": names, "empty_texts": sum(empty)})


def _scored(
    classifier: Classifier, source: Source, text: str, names: tuple[str, ...], empty: list[int]
) -> Iterator[tuple[Chunk, dict[str, list[Any]]]]:
    """Each chunk with its new columns; the counts of empty texts are appended to ``empty``."""
    from nanonet.data import chunk_texts

    classes = list(classifier.classes_)
    for chunk in source.chunks:
        texts, blank = chunk_texts(source, chunk, text)
        if blank:
            empty.append(blank)
        proba = classifier.predict_proba(texts)
        labels = [classes[index] for index in proba.argmax(axis=1)]
        # Six digits say more than a float32 softmax knows.
        confidence = [round(float(value), 6) for value in proba.max(axis=1)]
        yield chunk, dict(zip(names, (labels, confidence), strict=True))
