"""Stream a table's rows in order, every column kept: what ``predict`` reads."""

from __future__ import annotations

import os
from collections.abc import Iterator

from nanonet.data._chunks import Chunk, Plan, Row, Source
from nanonet.data._parse import parse
from nanonet.data._stream import open_stream
from nanonet.errors import UserError

__all__ = ["chunk_texts", "iter_rows", "need_column", "open_table"]


def open_table(path: str | os.PathLike[str], plan: Plan | None = None) -> Source:
    """Open a CSV, TSV, JSON Lines, Parquet or text table (``.gz``/``.zst`` too; "-" is stdin).

    Raises :class:`UserError` for a missing, unreadable or empty table, and of that
    :class:`TableChanged` where the rows before ``plan.after`` are not what they were; what is wrong
    further down is raised while the chunks are read.
    """
    return parse(open_stream(path), plan or Plan())


def need_column(source: Source, name: str, option: str) -> None:
    """Refuse a table that lacks a column; the message names the columns there are."""
    if name in source.columns:
        return
    there = ", ".join(repr(column) for column in source.columns[:20])
    raise UserError(
        f"{source.name}: no column {name!r}; the columns are {there}; choose one with {option}"
    )


def iter_rows(path: str | os.PathLike[str], text: str = "text") -> Iterator[Row]:
    """Each row as a dict, in order; the column ``text`` must exist.

    >>> rows = iter_rows("tickets.csv")  # doctest: +SKIP
    >>> next(rows)  # doctest: +SKIP
    {'id': '1', 'text': 'where is my parcel'}
    """
    source = open_table(path)
    need_column(source, text, "--text")
    for chunk in source.chunks:
        yield from chunk.rows()


def chunk_texts(source: Source, chunk: Chunk, column: str) -> tuple[list[str], int]:
    """The chunk's texts, "" for missing ones, and how many are empty.

    Raises :class:`UserError` naming the row where a value is not text.
    """
    values = chunk.column(column)
    if set(map(type, values)) <= {str}:  # far quicker than one by one
        return values, values.count("") + sum(map(str.isspace, values))
    texts: list[str] = []
    empty = 0
    for number, value in zip(chunk.numbers, values, strict=True):
        if value is not None and not isinstance(value, str):
            raise UserError(not_text(source, number, column, value))
        texts.append(value or "")
        empty += not texts[-1].strip()
    return texts, empty


def not_text(source: Source, number: int, column: str, value: object) -> str:
    """The sentence for a value that should be a text."""
    return (
        f"{source.name}, {source.unit} {number}, column {column!r}: holds {type(value).__name__} "
        f"{str(value)[:40]!r}; a text in quotes is needed; choose another column with --text"
    )
