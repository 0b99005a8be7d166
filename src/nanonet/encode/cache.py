"""Vectors on disk, found again by the content of the text.

A shard is two files of one stem: ``.keys``, 16 bytes a text, and ``.f16``, float16 [R, n, dim],
so that one readout of a shard is one contiguous read. The keys are renamed into place last:
a shard without keys does not exist, and a kill loses at most the shard under way.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nanonet.encode._files import sweep, write_file
from nanonet.encode.protocol import Half
from nanonet.encode.tokens import MAX_CHARS
from nanonet.errors import FormatError

KEY_BYTES = 16


def default_cache_dir() -> Path:
    """The user's cache folder for nanonet; it may be deleted at any time."""
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"]) / "nanonet"
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "nanonet" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "nanonet"
    return Path.home() / ".cache" / "nanonet"


def cache_folder(cache_dir: Path, fingerprint: str) -> Path:
    """Where everything about one encoder lies."""
    return cache_dir / fingerprint[:16]


def text_key(text: str) -> bytes:
    """16 bytes that stand for the part of ``text`` an encoder sees (BLAKE2b-128)."""
    seen = text[:MAX_CHARS].encode("utf-8", "surrogatepass")
    return hashlib.blake2b(seen, digest_size=KEY_BYTES).digest()


@dataclass(frozen=True)
class Shard:
    """One finished shard: ``n`` texts, vectors float16 [n_readouts, n, dim] in ``path``."""

    path: Path
    n: int
    n_readouts: int
    dim: int

    def readout(self, index: int) -> Half:
        """float16 [n, dim] of one readout. Raises ``FormatError`` when the file has changed."""
        block = self.n * self.dim
        try:
            values = np.fromfile(self.path, np.float16, block, offset=index * block * 2)
        except OSError as error:
            raise _gone(self.path) from error
        if values.size != block:
            raise _gone(self.path)
        return values.reshape(self.n, self.dim)

    def rows(self, rows: Sequence[int]) -> Half:
        """float16 [len(rows), n_readouts, dim], reading only those rows."""
        try:
            shape = (self.n_readouts, self.n, self.dim)
            mapped = np.memmap(self.path, np.float16, "r", shape=shape)
        except (OSError, ValueError) as error:
            raise _gone(self.path) from error
        return np.ascontiguousarray(mapped[:, list(rows)].swapaxes(0, 1))


Place = tuple[Shard, int]


class ShardStore:
    """The shards of one encoder in one folder."""

    def __init__(self, folder: Path, n_readouts: int, dim: int) -> None:
        self.folder = folder
        self.n_readouts = n_readouts
        self.dim = dim

    def index(self) -> dict[bytes, Place]:
        """Key -> place of every stored text. Shards of a wrong size are removed, to be redone."""
        places: dict[bytes, Place] = {}
        if not self.folder.is_dir():
            return places
        sweep(self.folder)
        for keys in sorted(self.folder.glob("*.keys")):
            raw, shard = self._open(keys)
            if shard is None:
                keys.unlink(missing_ok=True)
                keys.with_suffix(".f16").unlink(missing_ok=True)
                continue
            for row in range(shard.n):
                places[raw[row * KEY_BYTES : (row + 1) * KEY_BYTES]] = (shard, row)
        return places

    def add(self, keys: Sequence[bytes], vectors: Half) -> Shard:
        """Store ``vectors`` [n, R, dim] under ``keys``; raises ``UserError`` on a full disk."""
        raw = b"".join(keys)
        stem = hashlib.blake2b(raw, digest_size=KEY_BYTES).hexdigest()
        path = self.folder / f"{stem}.f16"
        by_readout = np.ascontiguousarray(vectors.swapaxes(0, 1))
        write_file(path, by_readout.data.cast("B"))
        write_file(path.with_suffix(".keys"), raw)
        return Shard(path, len(keys), self.n_readouts, self.dim)

    def _open(self, keys: Path) -> tuple[bytes, Shard | None]:
        path = keys.with_suffix(".f16")
        try:
            raw, size = keys.read_bytes(), path.stat().st_size
        except OSError:
            return b"", None
        n = len(raw) // KEY_BYTES
        whole = n > 0 and len(raw) % KEY_BYTES == 0 and size == n * self.n_readouts * self.dim * 2
        return raw, Shard(path, n, self.n_readouts, self.dim) if whole else None


def _gone(path: Path) -> FormatError:
    return FormatError(f"the cached vectors in {path} were changed or removed; run again")
