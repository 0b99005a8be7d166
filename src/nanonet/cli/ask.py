"""``nanonet ask``: which texts of a pool a person should label next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nanonet.cli._options import json_option, print_json, print_notes, text_option
from nanonet.errors import MissingExtra, UserError

if TYPE_CHECKING:
    from nanonet.data import Pool
    from nanonet.select import Floats, Rows


@click.command(short_help="Choose the texts that are most worth labelling.")
@click.argument("model_and_pool", nargs=-1, metavar="[MODEL] POOL")
@click.option("--count", type=click.IntRange(1), default=30, show_default=True)
@click.option("--out", required=True, metavar="FILE", help="File to write.")
@click.option("--labelled", metavar="TABLE", help="Texts labelled before; their like is not asked.")
@click.option("--encoder", metavar="NAME", help="Encoder: a name or folder.  [default: bundled]")
@click.option("--cache-dir", metavar="DIR", help="Where text vectors are kept.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@text_option
@json_option
def ask(model_and_pool: tuple[str, ...], count: int, out: str, as_json: bool, **given: Any) -> None:
    """Write the texts of POOL that are most worth labelling, the most telling ones first.

    Without MODEL: a typical text of every part of the pool, the largest parts first. With MODEL:
    of each class it predicts as many, among those it is least sure of ones that differ from one
    another.

    FILE has the columns of POOL and ask_rank (1 is first), label (empty: to be filled in; where
    POOL has such a column, nothing is added) and, with MODEL, suggested_label and confidence.
    Copies are asked once. Where POOL is smaller than --count, all of it is written, and said.

    \b
    Examples:
      nanonet ask pool.csv --count 30 --out to_label.csv
      nanonet ask model pool.csv --count 30 --out next.csv --labelled labelled.csv
    """
    from nanonet.data import Answers, Plan, check_target, gather_rows, open_table, write_table

    model, pool = _places(model_and_pool)
    check_target(out)
    notes: list[str] = []
    texts = _texts(pool, given["text"], notes)
    table, classes = _opinions(model, texts)
    rows = _chosen(texts, table, count, given, notes)
    print_notes(notes)
    source = open_table(pool, Plan())
    chunk = gather_rows(source, rows.tolist())
    added: dict[str, list[Any]] = {"ask_rank": list(range(1, len(rows) + 1))}
    if "label" not in source.columns:
        added["label"] = [""] * len(rows)
    if table is not None:
        added["suggested_label"] = [classes[c] for c in table[rows].argmax(axis=1).tolist()]
        added["confidence"] = [round(float(p), 6) for p in table[rows].max(axis=1)]
    names = _names(source.columns, added)
    write_table(out, source, [Answers(chunk, names)])
    how = "typical texts" if table is None else "unsure, unlike one another, of every class"
    done = {"rows": len(rows), "of": len(texts), "how": how, "out": out, "notes": notes}
    if as_json:
        print_json(done)
    else:
        click.echo(f"{len(rows):,} of {len(texts):,} texts ({how}) written to {out}")


def _places(given: tuple[str, ...]) -> tuple[str | None, str]:
    if len(given) not in (1, 2):
        raise UserError(f"{len(given)} names were given; give POOL, or MODEL and POOL")
    if given[-1] == "-":
        raise UserError("ask reads its pool twice, so it cannot be standard input; give a file")
    return (None, given[0]) if len(given) == 1 else (given[0], given[1])


def _texts(pool: str, column: str, notes: list[str]) -> list[str]:
    """All texts, "" for missing ones, so that row numbers are those of the table."""
    from nanonet.data import chunk_texts, need_column, open_table

    source = open_table(pool)
    need_column(source, column, "--text")
    texts: list[str] = []
    for chunk in source.chunks:
        texts += chunk_texts(source, chunk, column)[0]
    empty = sum(not text.strip() for text in texts)
    if empty:
        notes.append(f"{pool}: rows with an empty text: {empty}; they are not asked")
    if empty == len(texts):
        raise UserError(f"{pool}: there is no text in column {column!r}; nothing can be asked")
    return texts


def _opinions(model: str | None, texts: list[str]) -> tuple[Floats | None, list[str]]:
    if model is None:
        return None, []
    from nanonet.runtime import load

    classifier = load(model)
    return classifier.predict_proba(texts), list(classifier.classes_)


def _chosen(
    texts: list[str], table: Floats | None, count: int, given: dict[str, Any], notes: list[str]
) -> Rows:
    """Row numbers in the order in which they are worth asking."""
    import numpy as np

    from nanonet.select import first_copies, next_texts

    try:
        from nanonet.cli._teach import embedded
    except ModuleNotFoundError as error:
        raise MissingExtra("ask", "train") from error
    before = _labelled(given)
    everything = [*before, *texts]
    able = np.array([bool(text.strip()) for text in everything])
    able &= first_copies(everything) == np.arange(len(everything))
    able[: len(before)] = True
    rows = np.flatnonzero(able)
    free = rows[len(before) :] - len(before)
    if not len(free):
        raise UserError("every text of the pool is labelled already; nothing is left to ask")
    vectors = embedded(
        "ask", [everything[row] for row in rows], given["encoder"], given["cache_dir"], "parts"
    )
    if count > len(free):
        notes.append(f"{count} texts were asked for and {len(free)} are there; all are given")
    rng = np.random.default_rng(given["seed"])
    some = None if table is None else table[free]
    return free[next_texts(vectors[len(before) :], count, rng, some, vectors[: len(before)])]


def _labelled(given: dict[str, Any]) -> tuple[str, ...]:
    if given["labelled"] is None:
        return ()
    from nanonet.data import read_pool

    pool: Pool = read_pool(given["labelled"], given["text"])
    return pool.texts


def _names(columns: tuple[str, ...], added: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The added columns under names that are free."""
    return {f"asked_{name}" if name in columns else name: values for name, values in added.items()}
