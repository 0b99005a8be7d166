"""Chunks of answers as the bytes of a CSV, TSV or JSON Lines file, plain or packed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from nanonet.data._chunks import CellsChunk, Chunk, Row, RowsChunk, Source
from nanonet.data._format import Format
from nanonet.errors import UserError

_HALF = re.compile("[\ud800-\udfff]")
_GZIP_LEVEL = 6  # 9 takes twice as long for one byte in a hundred


@dataclass(frozen=True)
class Answers:
    """A chunk of rows, the columns added to it, how many of its texts are empty, and how many
    rows were left without a label."""

    chunk: Chunk
    added: Mapping[str, Sequence[Any]]
    empty: int = 0
    abstained: int = 0


class Encoder(Protocol):
    """Gives bytes that make up a file when they are put one behind the other."""

    def head(self) -> bytes:
        """What stands before the first row."""

    def encode(self, answers: Answers) -> bytes:
        """The rows with the added columns."""

    def take_halved(self) -> int:
        """Rows in which a lone surrogate became "?" since this was last asked."""


def halved_rows(chunk: Chunk) -> int:
    """Rows that hold half a character: only JSON's escapes can say it, and UTF-8 cannot."""
    rows = (json.dumps(row, ensure_ascii=False, default=str) for row in chunk.rows())
    return sum(_HALF.search(row) is not None for row in rows)


def encoder(fmt: Format, source: Source, names: Sequence[str], begun: Path | None) -> Encoder:
    """The encoder for a format. ``begun`` holds what an earlier run encoded, if there is any."""
    if fmt.kind == "jsonl":
        return JsonEncoder()
    if fmt.kind == "parquet":
        from nanonet.data._parquet_out import ArrowEncoder

        return ArrowEncoder(source, begun)
    return CsvEncoder(source, names, "," if fmt.kind == "csv" else "\t")


def packed(data: bytes, packing: str) -> bytes:
    """The bytes as one gzip member or zstd frame.

    Such pieces one behind the other are a whole file again, so each chunk is a place to stop at.
    The same bytes give the same piece: no name and no time inside.
    """
    if packing == "gzip":
        import gzip

        return gzip.compress(data, _GZIP_LEVEL, mtime=0)
    if packing == "zstd":
        import pyarrow as pa

        frame: bytes = pa.compress(data, "zstd", asbytes=True)
        return frame
    return data


class JsonEncoder:
    """One object a line."""

    def head(self) -> bytes:
        return b""

    def encode(self, answers: Answers) -> bytes:
        return b"".join(map(_json_line, _joined(answers)))

    def take_halved(self) -> int:
        return 0  # JSON keeps them


def _json_line(row: Row) -> bytes:
    try:
        return json.dumps(row, ensure_ascii=False, default=str).encode("utf-8") + b"\n"
    except UnicodeEncodeError:  # a lone surrogate; JSON can hold it, escaped
        return json.dumps(row, default=str).encode("ascii") + b"\n"


def _joined(answers: Answers) -> Iterator[Row]:
    names = tuple(answers.added)
    values = zip(*answers.added.values(), strict=True)
    for row, new in zip(answers.chunk.rows(), values, strict=True):
        yield {**row, **dict(zip(names, new, strict=True))}


class CsvEncoder:
    """A header, and cells in the order of the source's columns.

    Cells are quoted here, a column at a time: the ``csv`` module looks at every character of every
    cell in a loop of its own, which took longer than reading or scoring (docs/decisions/0009).
    """

    def __init__(self, source: Source, names: Sequence[str], delimiter: str) -> None:
        self._source = source
        self._columns = [*source.columns, *names]
        self._delimiter = delimiter
        self._halved = 0

    def head(self) -> bytes:
        return self._lines([[name] for name in self._columns]).encode("utf-8", "replace")

    def encode(self, answers: Answers) -> bytes:
        chunk = answers.chunk
        old: Iterable[Sequence[Any]]
        if isinstance(chunk, CellsChunk):
            old = zip(*chunk.cells, strict=True)
        else:
            self._check(chunk)
            old = (list(map(_cell, chunk.column(name))) for name in self._source.columns)
        data = self._lines([*old, *(list(map(_cell, new)) for new in answers.added.values())])
        try:
            return data.encode("utf-8")
        except UnicodeEncodeError:
            self._halved += halved_rows(chunk)
            return data.encode("utf-8", "replace")

    def take_halved(self) -> int:
        halved, self._halved = self._halved, 0
        return halved

    def _check(self, chunk: Chunk) -> None:
        if not isinstance(chunk, RowsChunk):
            return
        known = set(self._source.columns)
        for number, row in zip(chunk.numbers, chunk.items, strict=True):
            if not row.keys() <= known:
                raise UserError(
                    f"{self._source.name}, line {number}: has the column "
                    f"{min(row.keys() - known)!r} that the first row lacks; write .jsonl instead"
                )

    def _lines(self, columns: list[Sequence[str]]) -> str:
        quoted = [self._quoted(column) for column in columns]
        lines = map(self._delimiter.join, zip(*quoted, strict=True))
        return "\n".join([*lines, ""])

    def _quoted(self, cells: Sequence[str]) -> Sequence[str]:
        """The cells, those in quotes that hold a separator, a quote or a line's end."""
        sep = self._delimiter
        everything = "".join(cells)
        if not (sep in everything or any(char in everything for char in '"\n\r')):
            return cells
        return [
            '"' + cell.replace('"', '""') + '"'
            if sep in cell or '"' in cell or "\n" in cell or "\r" in cell
            else cell
            for cell in cells
        ]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list | dict | bool):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
