"""Reading Parquet; imported only when a Parquet file is given, because pyarrow is heavy."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from nanonet.data._chunks import CHUNK_BYTES, ArrowChunk, Chunk, Mark, Plan, Source, TableChanged
from nanonet.data._stream import Opened
from nanonet.errors import UserError

_READ = 1 << 20


def parquet_source(opened: Opened, plan: Plan) -> Source:
    """The table as record batches; a batch never spans two row groups."""
    # Parquet is read from its end, which a pipe cannot do.
    seekable = opened.stream.seekable()
    stream = opened.stream if seekable else io.BytesIO(opened.stream.read())
    digest = _digest(stream) if plan.hashed else ""
    if plan.after is not None and plan.after.digest != digest:
        raise TableChanged(f"{opened.name}: the file has changed")
    try:
        table = pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{opened.name}: not a readable Parquet file ({error})") from error
    rows = table.metadata.num_rows
    if rows == 0:
        raise UserError(f"{opened.name}: the table is empty; it needs at least one row")
    columns = tuple(table.schema_arrow.names)
    chunks = _chunks(opened.name, table, plan, digest)
    return Source(opened.name, "row", opened.format, columns, chunks, rows)


def _digest(stream: Any) -> str:
    """SHA-256 of the whole file: its columns lie side by side, so no part stands for some rows."""
    found = hashlib.sha256()
    while block := stream.read(_READ):
        found.update(block)
    stream.seek(0)
    return found.hexdigest()


def _chunks(name: str, table: Any, plan: Plan, digest: str) -> Iterator[Chunk]:
    done = plan.after.rows if plan.after else 0
    row = 0
    try:
        for group in range(table.num_row_groups):
            facts = table.metadata.row_group(group)
            if row + facts.num_rows <= done:
                row += facts.num_rows
                continue
            # Group by group, so that a batch begins at the same row wherever reading began.
            size = _batch_rows(facts, plan.chunk_rows)
            # Arrow's own threads would decode columns side by side, and each keep its memory.
            for batch in table.iter_batches(size, row_groups=[group], use_threads=False):
                start, row = row + 1, row + batch.num_rows
                if row > done:
                    yield ArrowChunk(range(start, row + 1), Mark(row, 0, digest, row), batch)
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{name}, row {row + 1}: the Parquet file is damaged ({error})") from error
    finally:
        table.close()


def _batch_rows(facts: Any, most: int) -> int:
    """Rows a batch, fewer where they are long."""
    return max(1, min(most, CHUNK_BYTES * facts.num_rows // max(1, facts.total_byte_size)))
