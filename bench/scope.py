"""``python -m bench.run scope``: do texts of none of the classes look foreign?

CLINC150 with its 1,000 out-of-scope test texts, which no fit ever sees. Both students of one quick
fit, from 10 labels a class with the rest of the training split as the pool (draws 0 to 4), and from
the whole training split without a pool (once). AUROC is the chance that an out-of-scope text is
more foreign than a text of the test split.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from bench import machine
from bench._options import cache_option, data_option, numbers, out_option
from bench.accuracy import say, write_json
from bench.cells import CellLog, rounded
from bench.nanonet_method import cached_logits
from bench.protocol import draw, load, read_split

SET, FOREIGN = "clinc150", "clinc150/oos_test.parquet"
_LIMITS = (0.95, 0.99)


@dataclass(frozen=True)
class ScopeKey:
    """What makes a cell. shots: labels a class, 0 for the whole training split."""

    shots: int
    seed: int


@click.command("scope")
@click.option("--shots", default="10,0", show_default=True, help="Labels a class; 0: all of them.")
@click.option("--seeds", default="0-4", show_default=True)
@out_option("scope.json")
@data_option
@cache_option
def command(shots: str, seeds: str, out: Path, data: Path, cache_dir: Path | None) -> None:
    """AUROC of out-of-scope texts on CLINC150, nano and micro; finished draws are kept."""
    log = CellLog(out.with_suffix(".cells.jsonl"), ScopeKey)
    commit = machine.commit()
    pairs = itertools.product(numbers(shots), numbers(seeds))
    for one in (ScopeKey(*pair) for pair in pairs if pair[0] or pair[1] == numbers(seeds)[0]):
        if one in log.done:
            continue
        log.add(one, rounded(cell(one, data, cache_dir)) | {"commit": commit})
        say(f"{one}: {log.done[one]['students']}")
        rows = sorted(log.done, key=lambda key: (key.shots, key.seed))
        cells = [asdict(key) | log.done[key] for key in rows]
        write_json(out, {"kind": "scope", "machine": machine.facts(), "cells": cells})


def cell(key: ScopeKey, data: Path, cache_dir: Path | None) -> dict[str, Any]:
    """One fit, and both of its students on the test split and on the foreign texts."""
    import nanonet

    train, test = load(SET, data)
    foreign = read_split(data / FOREIGN).texts
    drawn = draw(train, test, key.shots or len(train.texts), key.seed)
    fitted = nanonet.fit(
        list(drawn.labelled.texts),
        list(drawn.labelled.labels),
        pool=drawn.pool.texts,
        seed=key.seed,
        cache_dir=cache_dir,
    )
    truth = np.array([fitted.classes_.index(label) for label in test.labels])
    found = {}
    for kind, model in (("nano", fitted.nano), ("micro", fitted.micro)):
        if kind == "nano":
            inside, outside = (model.decision_logits(list(t)) for t in (test.texts, foreign))
        else:
            inside, outside = (cached_logits(model, t, cache_dir) for t in (test.texts, foreign))
        found[kind] = scores(model, inside, outside, truth)
    counts = {"labels": len(drawn.labelled.texts), "pool": len(drawn.pool.texts)}
    return {"students": found, "kept": fitted.report.student["kind"], **counts}


def scores(model: Any, inside: Any, outside: Any, truth: NDArray[np.int64]) -> dict[str, float]:
    """Figures of one student by its logits on texts of the classes and on foreign ones."""
    ours, theirs = (model.foreign_of(logits) for logits in (inside, outside))
    sure = [model.proba_of(logits).max(axis=1) for logits in (inside, outside)]
    out = {
        "accuracy": float((inside.argmax(axis=1) == truth).mean()),
        "auroc": auroc(ours, theirs),
        "auroc_probability": auroc(-sure[0], -sure[1]),
    }
    for limit in _LIMITS:
        out[f"inside_over_{limit:g}"] = float((ours > limit).mean())
        out[f"foreign_over_{limit:g}"] = float((theirs > limit).mean())
    return out


def auroc(inside: NDArray[Any], outside: NDArray[Any]) -> float:
    """The chance that one of ``outside`` is higher than one of ``inside``; equals count half.

    >>> auroc(np.array([0.1, 0.2]), np.array([0.2, 0.3]))
    0.875
    """
    order = np.sort(inside)
    below, upto = (np.searchsorted(order, outside, side) for side in ("left", "right"))
    return float((0.5 * (below + upto)).mean() / len(inside))
