"""Vectors of many texts, taken from the cache where they are known and computed where not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nanonet.encode.cache import (
    Place,
    Shard,
    ShardStore,
    cache_folder,
    default_cache_dir,
    text_key,
)
from nanonet.encode.protocol import Encoder, Floats, Half
from nanonet.encode.readouts import Readout
from nanonet.encode.tokens import check_texts
from nanonet.errors import UserError
from nanonet.progress import NullProgress, Progress

_WINDOW = 4096


class Vectors:
    """Readouts of ``n`` texts, in the order of the texts, read from disk when asked for."""

    def __init__(
        self,
        readouts: tuple[Readout, ...],
        dim: int,
        shards: Sequence[Shard],
        shard_of: npt.NDArray[np.int32],
        row_of: npt.NDArray[np.int32],
    ) -> None:
        self.readouts = readouts
        self.dim = dim
        self._shards = tuple(shards)
        self._shard_of = shard_of
        self._row_of = row_of

    @property
    def n(self) -> int:
        """Number of texts."""
        return len(self._shard_of)

    def __len__(self) -> int:
        return self.n

    def readout(self, index: int) -> Floats:
        """Readout ``index`` of every text, float32 [n, dim]."""
        index = range(len(self.readouts))[index]
        out = np.empty((self.n, self.dim), np.float32)
        for shard, rows, inside in self._by_shard():
            out[rows] = shard.readout(index)[inside]
        return out

    def gather(self, rows: Sequence[int] | npt.NDArray[np.integer]) -> Half:
        """Every readout of some texts, float16 [len(rows), len(readouts), dim]."""
        part = self.take(rows)
        out = np.empty((part.n, len(self.readouts), self.dim), np.float16)
        for shard, at, inside in part._by_shard():
            out[at] = shard.rows(inside.tolist())
        return out

    def take(self, rows: Sequence[int] | npt.NDArray[np.integer]) -> Vectors:
        """The vectors of some texts, still unread; ``rows`` are indices, repeats allowed."""
        at = np.asarray(rows, dtype=np.int64)
        return Vectors(self.readouts, self.dim, self._shards, self._shard_of[at], self._row_of[at])

    def _by_shard(
        self,
    ) -> Iterator[tuple[Shard, npt.NDArray[np.int64], npt.NDArray[np.int32]]]:
        order = np.argsort(self._shard_of, kind="stable")
        used, starts = np.unique(self._shard_of[order], return_index=True)
        ends = np.append(starts[1:], self.n)
        for shard, start, end in zip(
            used, starts, ends, strict=False
        ):  # no text: one end, no start
            rows = order[start:end]
            yield self._shards[shard], rows, self._row_of[rows]


def vectors(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
    shard_texts: int = 256,
) -> Vectors:
    """The vectors of ``texts``: equal texts are encoded once, known ones not at all.

    Finished shards of ``shard_texts`` texts are on disk at once, so an interrupted run goes on
    where it stopped. ``progress`` counts the texts that had to be encoded and is not called when
    there are none. Raises ``UserError`` for texts that are not strings and when the disk is full.
    """
    check_texts(texts)
    if shard_texts < 1:
        raise UserError(f"shard_texts is {shard_texts}; it must be at least 1")
    home = Path(cache_dir).expanduser() if cache_dir is not None else default_cache_dir()
    folder = cache_folder(home, encoder.fingerprint) / "vectors"
    store = ShardStore(folder, len(encoder.readouts), encoder.dim)
    keys = [text_key(text) for text in texts]
    places = store.index()
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in places}
    if missing:
        _fill(encoder, store, missing, places, progress or NullProgress(), shard_texts)
    return _locate(encoder, keys, places)


def _fill(
    encoder: Encoder,
    store: ShardStore,
    missing: dict[bytes, str],
    places: dict[bytes, Place],
    progress: Progress,
    size: int,
) -> None:
    """Encode shard after shard, each written by another thread while the next is computed."""
    writes: list[tuple[list[bytes], Future[Shard]]] = []
    counter = _AdvanceOnly(progress)
    progress.start("encoding", len(missing))
    writer = ThreadPoolExecutor(1)
    try:
        for keys in _plan(missing, size):
            block = encoder.encode([missing[key] for key in keys], counter)
            if writes:
                writes[-1][1].result()  # a full disk stops the run here, not at its end
            writes.append((keys, writer.submit(store.add, keys, block)))
        for keys, write in writes:
            places.update((key, (write.result(), row)) for row, key in enumerate(keys))
    finally:
        writer.shutdown(wait=True)
        progress.finish()


def _plan(missing: dict[bytes, str], size: int) -> Iterator[list[bytes]]:
    """Shards of texts of like length (little padding) out of windows in the given order.

    Windows keep the mix of lengths, so the time left is honest from the start.
    """
    keys = list(missing)
    for start in range(0, len(keys), _WINDOW):
        window = sorted(keys[start : start + _WINDOW], key=lambda key: -len(missing[key]))
        for first in range(0, len(window), size):
            yield window[first : first + size]


def _locate(encoder: Encoder, keys: Sequence[bytes], places: dict[bytes, Place]) -> Vectors:
    numbers: dict[Path, int] = {}
    shards: list[Shard] = []
    shard_of = np.empty(len(keys), np.int32)
    row_of = np.empty(len(keys), np.int32)
    for i, key in enumerate(keys):
        shard, row = places[key]
        number = numbers.setdefault(shard.path, len(shards))
        if number == len(shards):
            shards.append(shard)
        shard_of[i], row_of[i] = number, row
    return Vectors(encoder.readouts, encoder.dim, shards, shard_of, row_of)


class _AdvanceOnly:
    """Passes on counts but neither start nor finish: many shards are one step to the caller."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def start(self, label: str, total: int) -> None:
        """A shard begins; the step itself has long begun."""

    def advance(self, n: int = 1) -> None:
        """Pass ``n`` on."""
        self._progress.advance(n)

    def finish(self) -> None:
        """A shard is over; the step is not."""
