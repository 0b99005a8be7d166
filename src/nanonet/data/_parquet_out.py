"""Writing Parquet; imported only when a Parquet file is asked for, because pyarrow is heavy.

A Parquet file has its index at the end, so one that was cut short is lost. Until all rows are
there, they are kept as Arrow streams one behind the other, each whole in itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from nanonet.data._chunks import ArrowChunk, CellsChunk, Chunk, Source
from nanonet.data._encode import Answers, halved_rows
from nanonet.errors import UserError

_GROUP_ROWS = 1 << 15
_GROUP_BYTES = 1 << 26


class ArrowEncoder:
    """Chunks as Arrow streams; columns that came from Parquet keep their types."""

    def __init__(self, source: Source, begun: Path | None) -> None:
        self._source = source
        self._schema = _schema(begun) if begun else None
        self._halved = 0
        codec = "lz4" if pa.Codec.is_available("lz4") else None
        self._options = pa.ipc.IpcWriteOptions(compression=codec)

    def head(self) -> bytes:
        return b""

    def encode(self, answers: Answers) -> bytes:
        table = self._table(answers.chunk)
        for name, values in answers.added.items():
            table = table.append_column(name, pa.array(values))
        if self._schema is None:
            self._schema = table.schema
        try:
            table = table.cast(self._schema)
        except (pa.ArrowException, ValueError) as error:
            raise UserError(
                f"{self._source.name}, {self._source.unit} {answers.chunk.numbers[0]} and on: "
                f"columns or types differ from the first rows ({error}); write .jsonl instead"
            ) from error
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self._schema, options=self._options) as stream:
            stream.write_table(table)
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]

    def take_halved(self) -> int:
        halved, self._halved = self._halved, 0
        return halved

    def _table(self, chunk: Chunk) -> Any:
        if isinstance(chunk, ArrowChunk):
            return pa.Table.from_batches([chunk.batch])
        names = self._source.columns
        if not isinstance(chunk, CellsChunk):
            names = tuple(dict.fromkeys(name for row in chunk.rows() for name in row))
        try:
            return pa.table({name: _array(chunk.column(name)) for name in names})
        except UnicodeEncodeError:
            self._halved += halved_rows(chunk)
            return pa.table({name: _whole(chunk.column(name)) for name in names})
        except pa.ArrowException as error:
            raise UserError(
                f"{self._source.name}: values of one column have different types ({error}); "
                "write .jsonl instead"
            ) from error


def _array(values: list[Any]) -> Any:
    if all(value is None for value in values):
        return pa.array(values, pa.string())
    return pa.array(values)


def _whole(values: list[Any]) -> Any:
    """The same with "?" for lone surrogates, which Parquet cannot hold."""
    clean = json.dumps(values, ensure_ascii=False).encode("utf-8", "replace")
    return _array(json.loads(clean))


def _schema(streams: Path) -> Any:
    with pa.OSFile(str(streams)) as file, pa.ipc.open_stream(file) as stream:
        return stream.schema


def to_parquet(streams: Path, out: Path) -> None:
    """Write the rows of Arrow streams, one behind the other in a file, as a Parquet file."""
    with pq.ParquetWriter(str(out), _schema(streams)) as writer:
        batches: list[Any] = []
        for batch in _batches(streams):
            batches.append(batch)
            rows, size = sum(b.num_rows for b in batches), sum(b.nbytes for b in batches)
            if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
                writer.write_table(pa.Table.from_batches(batches))
                batches = []
                pa.default_memory_pool().release_unused()  # or a long file holds more and more
        if batches:
            writer.write_table(pa.Table.from_batches(batches))


def _batches(streams: Path) -> Iterator[Any]:
    size = streams.stat().st_size
    with pa.OSFile(str(streams)) as file:
        while file.tell() < size:
            yield from pa.ipc.open_stream(file)
