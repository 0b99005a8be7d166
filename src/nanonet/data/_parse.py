"""One parser a format: lines (or a Parquet file) to columns and numbered rows."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator
from typing import Any, NoReturn

from nanonet.data._chunks import ArrowChunk, Chunk, Row, Source, chunked
from nanonet.data._stream import Opened, lines
from nanonet.errors import UserError

# csv refuses fields over 128 KiB unless told otherwise; a long document is no error here. The limit
# is the process's, so it is only ever raised. 2**31 - 1 is the largest value every platform takes.
_FIELD_LIMIT = 2**31 - 1


def parse(opened: Opened) -> Source:
    """Read the header (or the first row) and return the table as a stream of chunks."""
    kind = opened.format.kind
    if kind == "parquet":
        return _parquet(opened)
    if kind == "jsonl":
        return _from_first(opened, _json_rows(opened))
    if kind == "txt":
        return _from_first(opened, _text_rows(opened))
    return _separated(opened, "," if kind == "csv" else "\t")


def _empty(name: str) -> NoReturn:
    raise UserError(f"{name}: the table is empty; it needs a header and at least one row")


def _from_first(opened: Opened, rows: Iterator[tuple[int, Row]]) -> Source:
    first = next(rows, None)
    if first is None:
        _empty(opened.name)
    chunks = chunked(itertools.chain([first], rows))
    return Source(opened.name, "line", opened.format, tuple(first[1]), chunks)


def _text_rows(opened: Opened) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(lines(opened), 1):
        yield number, {"text": line.rstrip("\r\n")}


def _json_rows(opened: Opened) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(lines(opened), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise UserError(
                f"{opened.name}, line {number}: not JSON ({error}); each line must hold one object"
            ) from error
        if not isinstance(value, dict):
            raise UserError(
                f"{opened.name}, line {number}: holds {type(value).__name__} "
                f'{str(value)[:40]!r}; each line must hold one object such as {{"text": "..."}}'
            )
        yield number, value


def _separated(opened: Opened, delimiter: str) -> Source:
    csv.field_size_limit(max(_FIELD_LIMIT, csv.field_size_limit()))
    reader = csv.reader(lines(opened), delimiter=delimiter, strict=True)
    rows = _checked_cells(opened.name, reader)
    header = next(rows, None)
    if header is None:
        _empty(opened.name)
    columns = tuple(name.strip() for name in header[1])
    doubled = sorted({name for name in columns if columns.count(name) > 1})
    if doubled:
        raise UserError(f"{opened.name}, line 1: column {doubled[0]!r} stands twice in the header")
    chunks = chunked(_keyed(opened.name, columns, rows))
    return Source(opened.name, "line", opened.format, columns, chunks)


def _checked_cells(name: str, reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line each starts on (a quoted cell may span several)."""
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UserError(
                f"{name}, line {number}: not readable as a table ({error}); "
                'put cells that hold quotes or separators in "quotes" and double inner quotes'
            ) from error
        if cells is None:
            return
        if cells:
            yield number, cells


def _keyed(
    name: str, columns: tuple[str, ...], rows: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, Row]]:
    for number, cells in rows:
        if len(cells) != len(columns):
            raise UserError(
                f"{name}, line {number}: {len(cells)} cells where the header names {len(columns)}; "
                'put cells that hold a separator in "quotes"'
            )
        yield number, dict(zip(columns, cells, strict=True))


def _parquet(opened: Opened) -> Source:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Parquet is read from its end, which a pipe cannot do.
    seekable = opened.stream.seekable()
    stream = opened.stream if seekable else io.BytesIO(opened.stream.read())
    try:
        table = pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{opened.name}: not a readable Parquet file ({error})") from error
    if table.metadata.num_rows == 0:
        _empty(opened.name)
    columns = tuple(table.schema_arrow.names)
    return Source(opened.name, "row", opened.format, columns, _batches(opened.name, table))


def _batches(name: str, table: Any) -> Iterator[Chunk]:
    import pyarrow as pa

    start = 1
    try:
        for batch in table.iter_batches(batch_size=2048):
            yield ArrowChunk(range(start, start + batch.num_rows), batch)
            start += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{name}, row {start}: the Parquet file is damaged ({error})") from error
    finally:
        table.close()
