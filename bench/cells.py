"""One cell of the accuracy table: a method on a draw; and the log that lets a run be resumed."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import nanonet_method, zero_shot
from bench.peers import PEERS, peer
from bench.protocol import Draw
from bench.scores import score

METHODS = (*nanonet_method.EFFORTS, *PEERS, *zero_shot.METHODS)
NAMES = ("none", "with", "only")
_GIVEN = dict.fromkeys(nanonet_method.EFFORTS, NAMES) | dict.fromkeys(zero_shot.METHODS, ("only",))


@dataclass(frozen=True)
class Key:
    """What makes a cell: ``names`` tells whether class names were given, and ``only`` them."""

    set: str
    shots: int
    names: str
    seed: int
    method: str


@dataclass(frozen=True)
class Places:
    """Where the run finds things: vectors kept from before, and descriptions of the classes."""

    cache_dir: Path | None = None
    classes_dir: Path | None = None

    def classes_file(self, key: Key) -> Path | None:
        """The class descriptions for a cell; ``None`` where the cell goes without them."""
        if key.names == "none":
            return None
        if self.classes_dir is None:
            raise SystemExit("--names with/only needs --classes-dir, such as bench/classes")
        path = self.classes_dir / f"{key.set}.toml"
        if not path.is_file():
            raise SystemExit(f"{path} is not there; write it or leave '{key.set}' out of --sets")
        return path


def keys(
    sets: Sequence[str],
    shots: Sequence[int],
    names: Sequence[str],
    seeds: Sequence[int],
    methods: Sequence[str],
) -> Iterator[Key]:
    """All cells in a fixed order. Class names are for nanonet; zero-shot peers have them alone."""
    for name, given in itertools.product(sets, names):
        counts = (0,) if given == "only" else shots
        able = [m for m in methods if given in _GIVEN.get(m, ("none",))]
        for count, seed, method in itertools.product(counts, seeds, able):
            yield Key(name, count, given, seed, method)


def run_cell(key: Key, drawn: Draw, places: Places) -> dict[str, Any]:
    """Learn and score; the result is plain JSON, figures rounded to six digits."""
    if key.method in nanonet_method.EFFORTS:
        classes_file = places.classes_file(key)
        result = nanonet_method.run(key.method, drawn, key.seed, places.cache_dir, classes_file)
    elif key.method in zero_shot.METHODS:
        classes_file = places.classes_file(key)
        assert classes_file is not None  # these methods run with names alone
        result = zero_shot.run(key.method, drawn, places.cache_dir, classes_file)
    else:
        result = _run_peer(key, drawn, places)
    plain: dict[str, Any] = rounded(result)
    return plain


def _run_peer(key: Key, drawn: Draw, places: Places) -> dict[str, Any]:
    done = peer(key.method).run(
        drawn.labelled, drawn.pool, drawn.test, key.seed, cache_dir=places.cache_dir
    )
    return {
        "figures": score(drawn.test.labels, done.predictions, done.probabilities, drawn.classes),
        "fit_s": done.fit_s,
        "predict_s": done.predict_s,
        "notes": done.notes,
    }


def rounded(value: Any) -> Any:
    """The same as plain JSON values, floats to six digits."""
    if isinstance(value, dict):
        return {str(name): rounded(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(part) for part in value]
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()
    return round(value, 6) if isinstance(value, float) else value


class CellLog:
    """The finished cells, one JSON line each, on the disk as soon as a cell is done.

    ``kind`` is the dataclass of their keys.
    """

    def __init__(self, path: Path, kind: type = Key) -> None:
        self.path = path
        self.kind = kind
        self.done: dict[Any, dict[str, Any]] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                self._take(line)

    def _take(self, line: str) -> None:
        try:
            row = json.loads(line)
            self.done[self.kind(**row["key"])] = row["result"]
        except (ValueError, KeyError, TypeError):
            return  # the last line of a run that was killed; its cell is run again

    def add(self, key: Any, result: dict[str, Any]) -> None:
        """Append one cell; a later line for the same cell counts."""
        self.done[key] = result
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"key": asdict(key), "result": result}, sort_keys=True)
        with self.path.open("a+b") as file:
            # A killed run may have left half a line: start on a fresh one.
            broken = file.tell() > 0 and self._last_byte() != b"\n"
            file.write((b"\n" if broken else b"") + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _last_byte(self) -> bytes:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1)
