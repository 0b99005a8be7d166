"""Write a table back with columns added: every input column kept, rows in order, in one piece."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from nanonet.data._chunks import Source
from nanonet.data._encode import Answers, Encoder, encoder, packed
from nanonet.data._format import Format, format_of
from nanonet.data._journal import Done
from nanonet.data._part import Part, told
from nanonet.errors import UserError

__all__ = ["added_names", "check_target", "write_table"]


class _Sink(Protocol):
    @property
    def done(self) -> Done:
        """What is written."""

    def append(self, data: bytes, counts: Done) -> None:
        """Add the bytes of some rows, of which ``counts`` tells."""


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
    out: str | os.PathLike[str] | Part | None,
    source: Source,
    scored: Iterable[Answers],
    kind: str | None = None,
) -> Done:
    """Write each chunk of ``source`` with its added columns; return what was written in all.

    ``out`` decides the format by its name. ``None`` or "-" is standard output, in the format
    ``kind``, or else in that of the input (CSV for Parquet and text). A file appears under its
    name only when it is complete; a :class:`Part` is gone on with where an earlier run stopped.
    """
    if out is None or (isinstance(out, str) and out == "-"):
        return _to_stdout(Format(kind or _stdout_kind(source.format)), source, scored)
    if isinstance(out, Part):
        return _to_part(out, source, scored)
    check_target(os.fspath(out))
    with told(os.fspath(out)), Part(Path(out), None) as part:
        return _to_part(part, source, scored)


def _stdout_kind(fmt: Format) -> str:
    return fmt.kind if fmt.kind in ("csv", "tsv", "jsonl") else "csv"


def _to_part(part: Part, source: Source, scored: Iterable[Answers]) -> Done:
    fmt = format_of(part.target.name)
    with told(str(part.target)):
        _write_all(part, fmt, source, scored, part.path)
        if fmt.kind == "parquet":
            from nanonet.data._parquet_out import to_parquet

            part.finish(to_parquet)
        else:
            part.finish()
    return part.done


def _to_stdout(fmt: Format, source: Source, scored: Iterable[Answers]) -> Done:
    with told("standard output"):
        sink = _Stream(cast(BinaryIO, sys.stdout.buffer))
        _write_all(sink, fmt, source, scored, None)
        sink.stream.flush()
    return sink.done


class _Stream:
    """A stream, which cannot be gone on with."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.done = Done.nothing()

    def append(self, data: bytes, counts: Done) -> None:
        self.stream.write(data)
        self.done = self.done.and_then(counts)


def _write_all(
    sink: _Sink, fmt: Format, source: Source, scored: Iterable[Answers], begun: Path | None
) -> None:
    fresh = not sink.done.mark.rows
    writer: Encoder | None = None
    for answers in scored:
        data = b""
        if writer is None:
            writer = encoder(fmt, source, tuple(answers.added), None if fresh else begun)
            data = writer.head() if fresh else b""
        data += writer.encode(answers)
        data = packed(data, fmt.packing)
        halved = writer.take_halved()
        counts = Done(answers.chunk.mark, len(data), answers.empty, halved, answers.abstained)
        sink.append(data, counts)
    if not sink.done.mark.rows:
        raise UserError(f"{source.name}: the table has a header but no rows; it needs at least one")
