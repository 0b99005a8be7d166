"""``python -m bench.run size``: accuracy of the nano student against the size it may have.

One quick fit a draw. Its n-gram scores are scored as they were learned (float32, every n-gram that
stands in two texts), and then at each size as ``fit --max-mb`` makes them, by the folder that is
saved and loaded again.
"""

from __future__ import annotations

import itertools
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from bench import machine
from bench._options import cache_option, data_option, numbers, out_option, words
from bench.accuracy import say, write_json
from bench.cells import CellLog, rounded
from bench.nanonet_method import folder_bytes
from bench.protocol import SETS, Draw, draw, load

SIZES = (0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class SizeKey:
    """What makes a cell."""

    set: str
    shots: int
    seed: int


@click.command("size")
@click.option("--sets", default="ag_news,banking77,newsgroups20", show_default=True)
@click.option("--shots", default="10", show_default=True)
@click.option("--seeds", default="0-2", show_default=True)
@out_option("size.json")
@data_option
@cache_option
def command(
    sets: str, shots: str, seeds: str, out: Path, data: Path, cache_dir: Path | None
) -> None:
    """Accuracy of nano at 0.25 to 4 MB and in float32; finished draws are kept."""
    log = CellLog(out.with_suffix(".cells.jsonl"), SizeKey)
    chosen = words(tuple(SETS), sets, "--sets")
    commit = machine.commit()
    for one in itertools.starmap(
        SizeKey, itertools.product(chosen, numbers(shots), numbers(seeds))
    ):
        if one in log.done:
            continue
        drawn = draw(*load(one.set, data), one.shots, one.seed)
        log.add(one, rounded(cell(drawn, one.seed, cache_dir)) | {"commit": commit})
        say(f"{one}: {[size['accuracy'] for size in log.done[one]['sizes']]}")
        write(out, log)
    write(out, log)


def write(out: Path, log: CellLog) -> None:
    """Every finished cell in a fixed order."""
    order = sorted(log.done, key=lambda key: (key.set, key.shots, key.seed))
    cells = [asdict(key) | log.done[key] for key in order]
    write_json(out, {"kind": "size", "machine": machine.facts(), "cells": cells})


def cell(drawn: Draw, seed: int, cache_dir: Path | None) -> dict[str, Any]:
    """One draw: the float32 table, then every size."""
    from nanonet.encode import load_encoder
    from nanonet.learn import learn_quick
    from nanonet.pipeline.inputs import check_inputs
    from nanonet.pipeline.material import prepare
    from nanonet.progress import NullProgress
    from nanonet.students import fit_size, learn_scores
    from nanonet.text import GramSpec

    known = drawn.labelled
    inputs = check_inputs(known.texts, known.labels, drawn.pool.texts, None, None)
    encoder = load_encoder(cache_dir=cache_dir)
    material = prepare(inputs, encoder, cache_dir, GramSpec(), NullProgress()).material
    learned = learn_quick(material, None, np.random.default_rng(seed), NullProgress())
    scores = learn_scores(material.grams, material.y, learned.labels)
    sizes = []
    for size in SIZES:
        table = fit_size(material.grams, material.y, learned.labels, scores, size)
        sizes.append({"max_mb": size, **scored(table, inputs.classes, drawn)})
    said = np.ptp(scores.scores, axis=1) > 0
    return {
        "float32": {
            "accuracy": plain_accuracy(scores, inputs.classes, drawn),
            "ngrams": int(said.sum()),
            "bytes": int(said.sum()) * 4 * (1 + len(inputs.classes)),
        },
        "sizes": sizes,
    }


def scored(table: Any, classes: tuple[str, ...], drawn: Draw) -> dict[str, Any]:
    """The saved folder: its bytes, its rows, and what it answers on the whole test split."""
    import nanonet
    from nanonet.artefact import write_artefact
    from nanonet.text import GramSpec

    with tempfile.TemporaryDirectory() as folder:
        path = write_artefact(
            Path(folder) / "model",
            classes=classes,
            student={"kind": "nano", "featuriser": GramSpec().to_dict()},
            weights=table.weights(),
        )
        found = nanonet.load(path).predict(list(drawn.test.texts))
        return {
            "accuracy": float(np.mean(np.array(found) == np.array(drawn.test.labels))),
            "bytes": folder_bytes(path),
            "ngrams": len(table.keys),
            "bits": table.bits,
        }


def plain_accuracy(scores: Any, classes: tuple[str, ...], drawn: Draw) -> float:
    """Accuracy of the scores as they were learned, in float64, nothing rounded or left out."""
    from nanonet.text import GramSpec, featurise

    grams = featurise(list(drawn.test.texts), GramSpec())
    place = np.minimum(np.searchsorted(scores.keys, grams.ids), len(scores.keys) - 1)
    known = scores.keys[place] == grams.ids
    right = 0
    for row, label in enumerate(drawn.test.labels):
        part = slice(grams.indptr[row], grams.indptr[row + 1])
        met = place[part][known[part]]
        total = scores.scores[met].sum(axis=0, dtype=np.float64)
        logits = scores.bias + total / np.sqrt(max(1, part.stop - part.start))
        right += classes[int(logits.argmax())] == label
    return right / len(drawn.test.labels)
