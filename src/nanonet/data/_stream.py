"""Bytes in: open a file or standard input, unpack it, and give its lines as checked UTF-8."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from nanonet.data._format import Format, format_of, sniff
from nanonet.errors import UserError

_SNIFFED_BYTES = 4096


@dataclass(frozen=True)
class Opened:
    """A table's unpacked bytes, its name for messages, and its format."""

    name: str
    format: Format
    stream: BinaryIO


def open_stream(path: str | os.PathLike[str]) -> Opened:
    """Open ``path`` ("-" is standard input) for reading, unpacked."""
    name = os.fspath(path)
    if name == "-":
        return _open_stdin()
    fmt = _checked_format(name)
    try:
        raw: BinaryIO = open(name, "rb")  # noqa: SIM115  (closed by the reader when it is done)
    except OSError as error:
        raise UserError(f"{name}: cannot be read ({error.strerror})") from error
    return Opened(name, fmt, _unpacked(raw, fmt.packing))


def _checked_format(name: str) -> Format:
    path = Path(name)
    if path.is_dir():
        raise UserError(f"{name}: is a folder; pass the path of one table file in it")
    if not path.exists():
        raise UserError(_missing(name))
    return format_of(name)


def _missing(name: str) -> str:
    if "." not in Path(name).name and 0 < name.count("/") < 2 and not name.startswith("/"):
        return (
            f"{name}: no such file; if it is a data set on the Hugging Face hub, download it and "
            "pass the path of its table (hub names are not read in this version)"
        )
    folder = Path(name).absolute().parent
    if not folder.is_dir():
        return f"{name}: no such file; the folder {folder} does not exist either"
    return f"{name}: no such file; check the path"


def _open_stdin() -> Opened:
    stream = cast(BinaryIO, sys.stdin.buffer)
    name, packing = "standard input", ""
    head, stream = _peek(stream)
    fmt = sniff(head)
    if fmt.packing:
        packing = fmt.packing
        head, stream = _peek(_unpacked(stream, packing))
        fmt = sniff(head)
    return Opened(name, Format(fmt.kind, packing), stream)


def _peek(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    buffered = io.BufferedReader(cast(io.RawIOBase, stream), _SNIFFED_BYTES)
    return buffered.peek(_SNIFFED_BYTES), cast(BinaryIO, buffered)


def _unpacked(raw: BinaryIO, packing: str) -> BinaryIO:
    if packing == "gzip":
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    if packing == "zstd":
        import pyarrow as pa

        native = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
        return cast(BinaryIO, io.BufferedReader(native))
    return raw


def lines(opened: Opened) -> Iterator[str]:
    """The table's lines with their ends, as text; bytes that are not UTF-8 name their line."""
    for number, raw in enumerate(_raw_lines(opened), 1):
        if number == 1:
            raw = _without_mark(raw, opened.name)
        if b"\0" in raw:
            raise UserError(
                f"{opened.name}, line {number}: holds a zero byte, so it is binary or UTF-16; "
                "save the table as UTF-8 and run again"
            )
        try:
            yield raw.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = raw[error.start]
            raise UserError(
                f"{opened.name}, line {number}: byte 0x{byte:02x} at position {error.start + 1} is "
                "not UTF-8; save the table as UTF-8 and run again"
            ) from error


def _without_mark(raw: bytes, name: str) -> bytes:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UserError(
            f"{name}, line 1: the text is UTF-16; save the table as UTF-8 and run again"
        )
    return raw.removeprefix(b"\xef\xbb\xbf")


def _raw_lines(opened: Opened) -> Iterator[bytes]:
    try:
        with opened.stream:
            yield from opened.stream
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(
            f"{opened.name}: the gzip data is damaged or cut short ({error})"
        ) from error
    except OSError as error:
        raise UserError(f"{opened.name}: cannot be read to its end ({error})") from error
