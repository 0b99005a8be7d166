"""Writing Parquet; imported only when a Parquet file is asked for, because pyarrow is heavy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from nanonet.data._chunks import ArrowChunk, Chunk, Source
from nanonet.errors import UserError


class ParquetWriter:
    """Appends chunks to one Parquet file; columns that came from Parquet keep their types."""

    def __init__(self, stream: BinaryIO, source: Source) -> None:
        self._stream = stream
        self._source = source
        self._writer: Any = None
        self._schema: Any = None

    def write(self, chunk: Chunk, added: Mapping[str, Sequence[Any]]) -> None:
        """Append the chunk's rows with the added columns."""
        table = self._table(chunk)
        for name, values in added.items():
            table = table.append_column(name, pa.array(values))
        if self._writer is None:
            self._schema = table.schema
            # PythonFile does not close the stream underneath, whose owner still has to fsync it.
            self._writer = pq.ParquetWriter(self._stream, table.schema)
        try:
            self._writer.write_table(table.cast(self._schema))
        except (pa.ArrowException, ValueError) as error:
            raise UserError(
                f"{self._source.name}, {self._source.unit} {chunk.numbers[0]} and on: columns or "
                f"types differ from the first rows ({error}); write .jsonl instead"
            ) from error

    def _table(self, chunk: Chunk) -> Any:
        if isinstance(chunk, ArrowChunk):
            return pa.Table.from_batches([chunk.batch])
        names = dict.fromkeys(name for row in chunk.rows() for name in row)
        try:
            return pa.table({name: self._array(chunk.column(name)) for name in names})
        except pa.ArrowException as error:
            raise UserError(
                f"{self._source.name}: values of one column have different types ({error}); "
                "write .jsonl instead"
            ) from error

    @staticmethod
    def _array(values: list[Any]) -> Any:
        if all(value is None for value in values):
            return pa.array(values, pa.string())
        try:
            return pa.array(values)
        except UnicodeEncodeError:  # a lone surrogate, which Parquet cannot hold
            clean = json.dumps(values, ensure_ascii=False).encode("utf-8", "replace")
            return pa.array(json.loads(clean))

    def close(self) -> None:
        """Write the footer."""
        if self._writer is not None:
            self._writer.close()
