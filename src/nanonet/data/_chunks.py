"""A table as a stream of chunks of rows, so that a pile of any size is read in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from nanonet.data._format import Format

Row = dict[str, Any]
# A chunk ends at whichever comes first; the second bound holds memory with very long texts.
CHUNK_ROWS = 2048
CHUNK_CHARS = 8_000_000


class Chunk(Protocol):
    """Some consecutive rows of a table, in order."""

    @property
    def numbers(self) -> Sequence[int]:
        """The line (or row) number of each row in its file, counted from 1."""

    def column(self, name: str) -> list[Any]:
        """One column's values, ``None`` where a row has none."""

    def rows(self) -> list[Row]:
        """The rows as dicts."""


@dataclass(frozen=True)
class RowsChunk:
    """Rows read one by one from CSV, TSV, JSON Lines or text."""

    numbers: list[int]
    items: list[Row]

    def column(self, name: str) -> list[Any]:
        return [row.get(name) for row in self.items]

    def rows(self) -> list[Row]:
        return self.items


@dataclass(frozen=True)
class ArrowChunk:
    """A Parquet record batch, kept as it is so that it can be written back unchanged."""

    numbers: range
    batch: Any

    def column(self, name: str) -> list[Any]:
        return self.batch.column(name).to_pylist()

    def rows(self) -> list[Row]:
        return self.batch.to_pylist()


@dataclass(frozen=True)
class Source:
    """An open table: its name, format, columns, and chunks that can be read once.

    ``unit`` is the word for ``Chunk.numbers``: "line" in text formats, "row" in Parquet.
    """

    name: str
    unit: str
    format: Format
    columns: tuple[str, ...]
    chunks: Iterator[Chunk]


def chunked(numbered_rows: Iterable[tuple[int, Row]]) -> Iterator[Chunk]:
    """Group numbered rows into :class:`RowsChunk` of bounded size."""
    numbers: list[int] = []
    rows: list[Row] = []
    size = 0
    for number, row in numbered_rows:
        numbers.append(number)
        rows.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(rows) >= CHUNK_ROWS or size >= CHUNK_CHARS:
            yield RowsChunk(numbers, rows)
            numbers, rows, size = [], [], 0
    if rows:
        yield RowsChunk(numbers, rows)
