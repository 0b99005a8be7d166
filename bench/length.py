"""``python -m bench.run length``: what reading a long document in windows gives.

The frozen encoder reads at most 256 tokens. A text is read three ways: ``head``, cut there as in a
fit; ``windows``, the unit mean of the vectors of consecutive windows of words; and ``both``, the
unit mean of these two. Softmax regression learns from ten labels a class, read the same way, and is
scored on one random sample of the test split.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from bench import machine
from bench._options import cache_option, data_option, numbers, out_option, words
from bench.accuracy import say, write_json
from bench.cells import CellLog, rounded
from bench.length_read import WINDOWS, WORDS, Read, read
from bench.protocol import SETS, Draw, Table, draw, load
from nanonet.encode import Encoder, load_encoder
from nanonet.learn.starts import fit_labels

SHOTS = 10


@dataclass(frozen=True)
class LengthKey:
    """What makes a cell. test: texts of the test split at most."""

    set: str
    seed: int
    test: int


@click.command("length")
@click.option("--sets", default="newsgroups20,imdb", show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@click.option("--test", type=click.IntRange(1), default=2000, show_default=True, help="At most.")
@click.option("--encoder", help="A folder or a hub name [the bundled encoder].")
@out_option("length.json")
@data_option
@cache_option
def command(
    sets: str,
    seeds: str,
    test: int,
    encoder: str | None,
    out: Path,
    data: Path,
    cache_dir: Path | None,
) -> None:
    """Accuracy on long documents cut, in windows, and both; finished draws are kept.

    The cache holds the exported encoder only: reading is timed, so every vector is computed.
    """
    log = CellLog(out.with_suffix(".cells.jsonl"), LengthKey)
    names = words(tuple(SETS), sets, "--sets")
    wanted = [LengthKey(*key, test) for key in itertools.product(names, numbers(seeds))]
    missing = [key for key in wanted if key not in log.done]
    model = load_encoder(encoder, cache_dir=cache_dir) if missing else None
    commit = machine.commit()
    for name, group in itertools.groupby(missing, key=lambda key: key.set):
        assert model is not None
        _run_set(model, list(group), load(name, data), log, commit)
        _write(out, log)
    _write(out, log)


def _run_set(
    encoder: Encoder, group: Sequence[LengthKey], data: tuple[Table, Table], log: CellLog, at: str
) -> None:
    """All missing cells of a set: its test sample is read once."""
    train, test = data
    rows = sample(len(test.texts), group[0].test)
    say(f"{group[0].set}: reading {len(rows)} of {len(test.texts)} test texts")
    seen = read(encoder, [test.texts[row] for row in rows])
    facts = {
        "rows": len(rows),
        "long": float(seen.long.mean()),
        "long_rows": int(seen.long.sum()),
        "read_s": seen.seconds,
        "commit": at,
    }
    for key in group:
        drawn = draw(train, test, SHOTS, key.seed)
        log.add(key, rounded(figures(encoder, drawn, rows, seen) | facts))
        say(f"{key}: {log.done[key]['accuracy']}, long {log.done[key]['accuracy_long']}")


def sample(count: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` of so many rows, at random, the same for every draw."""
    return np.sort(np.random.RandomState(0).permutation(count)[:most])


def figures(
    encoder: Encoder, drawn: Draw, rows: NDArray[np.int64], seen: Read
) -> dict[str, dict[str, float | None]]:
    """Accuracy of each way of reading, on all test rows and on the long ones."""
    place = {name: number for number, name in enumerate(drawn.classes)}
    y = np.array([place[label] for label in drawn.labelled.labels], np.int64)
    truth = np.array([place[drawn.test.labels[row]] for row in rows], np.int64)
    labelled = read(encoder, drawn.labelled.texts)
    every: dict[str, float | None] = {}
    long: dict[str, float | None] = {}
    for way, vectors in labelled.ways.items():
        head = fit_labels(vectors, y, len(drawn.classes))
        right = (seen.ways[way] @ head[:-1] + head[-1]).argmax(axis=1) == truth
        every[way] = float(right.mean())
        long[way] = float(right[seen.long].mean()) if seen.long.any() else None
    return {"accuracy": every, "accuracy_long": long}


def _write(out: Path, log: CellLog) -> None:
    order = sorted(log.done, key=lambda key: (key.set, key.test, key.seed))
    cells = [asdict(key) | log.done[key] for key in order]
    settings = {"shots": SHOTS, "words": WORDS, "windows": WINDOWS}
    write_json(
        out, {"kind": "length", "machine": machine.facts(), "settings": settings, "cells": cells}
    )
