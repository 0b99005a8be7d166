"""Write a table back with columns added: every input column kept, rows in order, in one piece."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from nanonet.data._chunks import Chunk, Row, Source
from nanonet.data._format import Format, format_of
from nanonet.errors import UserError

__all__ = ["added_names", "check_target", "write_table"]

Added = Mapping[str, Sequence[Any]]


class _Writer(Protocol):
    def write(self, chunk: Chunk, added: Added) -> None:
        """Append the chunk's rows with the added columns."""

    def close(self) -> None:
        """Flush; the stream underneath stays open."""


def added_names(source: Source, names: Sequence[str]) -> tuple[str, ...]:
    """The names under which columns are added; ``predicted_`` goes before one that is taken."""
    return tuple(f"predicted_{name}" if name in source.columns else name for name in names)


def check_target(out: str | None) -> None:
    """Refuse an output name of unknown format, before any work is done."""
    if out is None or out == "-":
        return
    if format_of(out).kind == "txt":
        raise UserError(
            f"{out}: a text file holds one column only; use .csv, .tsv, .jsonl, .parquet"
        )
    folder = Path(out).absolute().parent
    if not folder.is_dir():
        raise UserError(f"{out}: the folder {folder} does not exist; make it first")
    if Path(out).is_dir():
        raise UserError(f"{out}: is a folder; give the name of a file")


def write_table(
    out: str | os.PathLike[str] | None,
    source: Source,
    scored: Iterable[tuple[Chunk, Added]],
    kind: str | None = None,
) -> int:
    """Write each chunk of ``source`` with its added columns; return the number of rows.

    ``out`` decides the format by its name. ``None`` or "-" is standard output, in the format
    ``kind``, or else in that of the input (CSV for Parquet and text). A file appears under its
    name only when it is complete.
    """
    target = None if out is None or os.fspath(out) == "-" else os.fspath(out)
    check_target(target)
    fmt = format_of(target) if target else Format(kind or _stdout_kind(source.format))
    with _sink(target) as raw, _packed(raw, fmt.packing) as stream:
        return _write_all(stream, fmt, source, scored)


def _stdout_kind(fmt: Format) -> str:
    return fmt.kind if fmt.kind in ("csv", "tsv", "jsonl") else "csv"


def _write_all(
    stream: BinaryIO, fmt: Format, source: Source, scored: Iterable[tuple[Chunk, Added]]
) -> int:
    rows = 0
    writer: _Writer | None = None
    for chunk, added in scored:
        writer = writer or _writer(stream, fmt, source, tuple(added))
        writer.write(chunk, added)
        rows += len(chunk.numbers)
    if writer is None:
        raise UserError(f"{source.name}: the table has a header but no rows; it needs at least one")
    writer.close()
    return rows


def _writer(stream: BinaryIO, fmt: Format, source: Source, added: tuple[str, ...]) -> _Writer:
    if fmt.kind == "jsonl":
        return _JsonWriter(stream)
    if fmt.kind == "parquet":
        from nanonet.data._parquet import ParquetWriter

        return ParquetWriter(stream, source)
    return _CsvWriter(stream, source, added, "," if fmt.kind == "csv" else "\t")


class _JsonWriter:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, chunk: Chunk, added: Added) -> None:
        for row in _joined(chunk, added):
            line = json.dumps(row, ensure_ascii=False, default=str)
            try:
                data = line.encode("utf-8")
            except UnicodeEncodeError:  # a lone surrogate; JSON can hold it, escaped
                data = json.dumps(row, default=str).encode("ascii")
            self._stream.write(data + b"\n")

    def close(self) -> None:
        self._stream.flush()


class _CsvWriter:
    def __init__(
        self, stream: BinaryIO, source: Source, added: tuple[str, ...], delimiter: str
    ) -> None:
        self._stream = stream
        self._source = source
        self._columns = [*source.columns, *added]
        self._buffer = io.StringIO(newline="")
        self._csv = csv.writer(self._buffer, delimiter=delimiter, lineterminator="\n")
        self._csv.writerow(self._columns)

    def write(self, chunk: Chunk, added: Added) -> None:
        known = set(self._columns)
        for number, row in zip(chunk.numbers, _joined(chunk, added), strict=True):
            if not row.keys() <= known:
                raise UserError(
                    f"{self._source.name}, line {number}: has the column "
                    f"{min(row.keys() - known)!r} that the first row lacks; write .jsonl instead"
                )
            self._csv.writerow([_cell(row.get(column)) for column in self._columns])
        self._flush()

    def _flush(self) -> None:
        self._stream.write(self._buffer.getvalue().encode("utf-8", "replace"))
        self._buffer.seek(0)
        self._buffer.truncate()

    def close(self) -> None:
        self._flush()
        self._stream.flush()


def _joined(chunk: Chunk, added: Added) -> Iterator[Row]:
    for index, row in enumerate(chunk.rows()):
        yield {**row, **{name: values[index] for name, values in added.items()}}


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict | bool):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value  # csv writes None as nothing and str() of the rest


@contextmanager
def _sink(target: str | None) -> Iterator[BinaryIO]:
    """Standard output, or a temporary sibling that takes the target's name at the end."""
    if target is None:
        stream = cast(BinaryIO, sys.stdout.buffer)
        yield stream
        stream.flush()
        return
    path = Path(target)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise UserError(f"{target}: cannot be written ({error.strerror or error})") from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _packed(raw: BinaryIO, packing: str) -> Iterator[BinaryIO]:
    if packing == "gzip":
        import gzip

        # No name and no time inside: the same rows give the same bytes.
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as stream:
            yield cast(BinaryIO, stream)
    elif packing == "zstd":
        import pyarrow as pa

        sink = pa.PythonFile(_Unclosed(raw), mode="w")
        with pa.CompressedOutputStream(sink, "zstd") as stream:
            yield cast(BinaryIO, stream)
    else:
        yield raw


class _Unclosed:
    """A stream that pyarrow may close; the one underneath stays open, to be synced and renamed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.closed = False

    def write(self, data: bytes) -> int:
        return self._stream.write(data)

    def flush(self) -> None:
        self._stream.flush()

    def close(self) -> None:
        self.closed = True
