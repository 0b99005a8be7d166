"""A table as a stream of chunks of rows, so that a pile of any size is read in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from nanonet.data._format import Format
from nanonet.errors import UserError

Row = dict[str, Any]
# A chunk ends at whichever comes first; the second bound holds memory with very long texts.
CHUNK_ROWS = 2048
CHUNK_BYTES = 8_000_000


@dataclass(frozen=True)
class Mark:
    """How far a table has been read: what a later run needs to go on behind it.

    rows: rows before the mark. lines: lines before it (text formats). digest: SHA-256 of the
    unpacked bytes before it, or of a whole Parquet file; "" where the table is read once only.
    stored: bytes (Parquet: rows) of the file read so far, against ``Source.size``.
    """

    rows: int
    lines: int
    digest: str
    stored: int

    @classmethod
    def start(cls) -> Mark:
        """The mark before everything."""
        return cls(0, 0, "", 0)


@dataclass(frozen=True)
class Plan:
    """How a table is to be read: rows a chunk, where to go on, and whether marks need a digest."""

    chunk_rows: int = CHUNK_ROWS
    after: Mark | None = None
    hashed: bool = False


class TableChanged(UserError):
    """The rows before the mark to go on from are not those that were read then."""


class Chunk(Protocol):
    """Some consecutive rows of a table, in order."""

    @property
    def numbers(self) -> Sequence[int]:
        """The line (or row) number of each row in its file, counted from 1."""

    @property
    def mark(self) -> Mark:
        """How far the table has been read with this chunk."""

    def column(self, name: str) -> list[Any]:
        """One column's values, ``None`` where a row has none."""

    def rows(self) -> list[Row]:
        """The rows as dicts."""


@dataclass(frozen=True)
class CellsChunk:
    """Rows of CSV, TSV or text: lists of as many cells as there are columns."""

    numbers: list[int]
    mark: Mark
    columns: tuple[str, ...]
    cells: list[list[str]]

    def column(self, name: str) -> list[Any]:
        index = self.columns.index(name)
        return [cells[index] for cells in self.cells]

    def rows(self) -> list[Row]:
        return [dict(zip(self.columns, cells, strict=True)) for cells in self.cells]


@dataclass(frozen=True)
class RowsChunk:
    """Rows of JSON Lines, each with keys of its own."""

    numbers: list[int]
    mark: Mark
    items: list[Row]

    def column(self, name: str) -> list[Any]:
        return [row.get(name) for row in self.items]

    def rows(self) -> list[Row]:
        return self.items


@dataclass(frozen=True)
class ArrowChunk:
    """A Parquet record batch, kept as it is so that it can be written back unchanged."""

    numbers: range
    mark: Mark
    batch: Any

    def column(self, name: str) -> list[Any]:
        return self.batch.column(name).to_pylist()

    def rows(self) -> list[Row]:
        return self.batch.to_pylist()


@dataclass(frozen=True)
class Source:
    """An open table: its name, format, columns, and chunks that can be read once.

    ``unit`` is the word for ``Chunk.numbers``: "line" in text formats, "row" in Parquet.
    ``size`` is what ``Mark.stored`` comes to at the end, in bytes (Parquet: rows); None where that
    is not known.
    """

    name: str
    unit: str
    format: Format
    columns: tuple[str, ...]
    chunks: Iterator[Chunk]
    size: int | None = None
