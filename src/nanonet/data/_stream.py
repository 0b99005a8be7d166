"""Bytes in: open a file or standard input, and unpack it."""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from nanonet.data._format import Format, format_of, sniff
from nanonet.errors import UserError

_SNIFFED_BYTES = 4096


@dataclass(frozen=True)
class Opened:
    """A table's unpacked bytes, its name for messages, and its format.

    ``file`` is the file as it is stored and ``size`` its bytes; both None where it is a stream,
    which has no end that is known and cannot be read twice.
    """

    name: str
    format: Format
    stream: BinaryIO
    file: BinaryIO | None = None
    size: int | None = None

    def read(self, count: int) -> bytes:
        """Some bytes, at most ``count``; of a file exactly so many, up to its end."""
        if self.file is None and hasattr(self.stream, "read1"):
            data: bytes = self.stream.read1(count)  # what there is now: a pipe may pause
            return data
        return self.stream.read(count)

    def stored(self) -> int:
        """How far the file as it is stored has been read, in bytes."""
        if self.file is None or self.size is None:
            return 0
        return self.size if self.file.closed else self.file.tell()


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
    facts = os.fstat(raw.fileno())
    stream = _unpacked(raw, fmt.packing)
    if not stat.S_ISREG(facts.st_mode):
        return Opened(name, fmt, stream)
    return Opened(name, fmt, stream, raw, facts.st_size)


def can_be_read_again(path: str | os.PathLike[str]) -> bool:
    """Whether ``path`` is a file; standard input and named pipes give their bytes once."""
    return os.fspath(path) != "-" and Path(path).is_file()


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
    name, packing = "standard input", ""
    head, stream = _peek(_stdin())
    fmt = sniff(head)
    if fmt.packing:
        packing = fmt.packing
        head, stream = _peek(_unpacked(stream, packing))
        fmt = sniff(head)
    return Opened(name, Format(fmt.kind, packing), stream)


def _stdin() -> BinaryIO:
    """Standard input under a reader of our own.

    A thread may be waiting in it when Ctrl-C ends the process, and the interpreter cannot close
    its own ``sys.stdin`` while another thread is inside.
    """
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except (OSError, io.UnsupportedOperation):  # not a file of the system
        return cast(BinaryIO, sys.stdin.buffer)


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
