"""The lines of a byte stream, a block at a time, and a mark of how far they have been taken."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import zlib
from collections.abc import Iterator

from nanonet.data._stream import Opened
from nanonet.errors import UserError

# Large enough that a line costs no Python step of its own, small enough not to count in memory.
_BLOCK = 1 << 18


class Feed:
    """Lines (with their ends) of UTF-8 text; only "\\n" ends one, as in a file read as bytes.

    Whoever takes lines may ask how far that was: blocks begin at the same bytes in every run over
    the same file, and nothing is read ahead of the block the last taken line is in.
    """

    def __init__(self, opened: Opened, *, hashed: bool) -> None:
        self._opened = opened
        self._hash = hashlib.sha256() if hashed else None
        self._lines: list[str] = []
        self._raw = b""
        self._before = 0  # lines before the block
        self._hashed = 0  # bytes of the block that are in the hash
        self._skip = 0  # lines of the block that are not to be given
        self._blocks = self._read()
        self.loaded = 0
        """Bytes read so far."""

    def lines(self) -> Iterator[str]:
        """The lines not taken yet."""
        return itertools.chain.from_iterable(self._given())

    @property
    def count(self) -> int:
        """Lines up to the end of the block read last."""
        return self._before + len(self._lines)

    def digest(self, line: int) -> str:
        """SHA-256 of the first ``line`` lines, which end in the last block; "" if not hashed."""
        if self._hash is None:
            return ""
        taken = self._lines[: line - self._before]
        length = sum(map(len, taken)) if self._raw.isascii() else len("".join(taken).encode())
        self._hash.update(self._raw[self._hashed : length])
        self._hashed = length
        return self._hash.hexdigest()

    def skip(self, line: int) -> bool:
        """Go on behind the first ``line`` lines; False where there are not so many."""
        while self.count < line:
            if not self._next():
                return False
        self._skip = line - self._before
        return True

    def _given(self) -> Iterator[list[str]]:
        if self._lines:
            yield self._lines[self._skip :]
        while self._next():
            yield self._lines

    def _next(self) -> bool:
        raw = next(self._blocks, b"")
        if self._hash is not None:
            self._hash.update(self._raw[self._hashed :])
        self._before += len(self._lines)
        self._lines = self._decoded(raw) if raw else []
        self._raw, self._hashed, self._skip = raw, 0, 0
        self.loaded += len(raw)
        return bool(raw)

    def _decoded(self, raw: bytes) -> list[str]:
        if b"\0" in raw:
            line = self._line_of(raw, raw.index(b"\0"))
            raise UserError(
                f"{line}: holds a zero byte, as binary files and UTF-16 do; remove it, or save the "
                "table as UTF-8, and run again"
            )
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            place = error.start - raw.rfind(b"\n", 0, error.start)
            raise UserError(
                f"{self._line_of(raw, error.start)}: byte 0x{raw[error.start]:02x} at position "
                f"{place} is not UTF-8; save the table as UTF-8 and run again"
            ) from error
        return io.StringIO(text, newline="\n").readlines()

    def _line_of(self, raw: bytes, place: int) -> str:
        line = self._before + 1 + raw.count(b"\n", 0, place)
        return f"{self._opened.name}, line {line}"

    def _read(self) -> Iterator[bytes]:
        """Whole lines of about ``_BLOCK`` bytes."""
        name = self._opened.name
        first = True
        try:
            with self._opened.stream:
                for block in self._whole_lines():
                    yield _without_mark(block, name) if first else block
                    first = False
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise UserError(f"{name}: the gzip data is damaged or cut short ({error})") from error
        except OSError as error:
            raise UserError(f"{name}: cannot be read to its end ({error})") from error

    def _whole_lines(self) -> Iterator[bytes]:
        rest: list[bytes] = []
        while block := self._opened.read(_BLOCK):
            cut = block.rfind(b"\n") + 1
            if cut:
                yield b"".join([*rest, block[:cut]])
                rest = []
            if cut < len(block):
                rest.append(block[cut:])
        if rest:
            yield b"".join(rest)


def _without_mark(raw: bytes, name: str) -> bytes:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UserError(
            f"{name}, line 1: the text is UTF-16; save the table as UTF-8 and run again"
        )
    return raw.removeprefix(b"\xef\xbb\xbf")
