"""``python -m bench.run labelling``: how many answers our order saves, gold labels as the person.

A pool of 3,000 training texts; its gold labels answer as a person would at the Label page. What
learns is the page's own head (``nanonet.labelling.Head``), fitted again after every batch of
answers; it is scored on the whole test split. Orders: random; ours (``nanonet.select.telling``);
and ours with every fifth text drawn at random, as the page does to tell how good it is. No class
names are given.

The figure is the number of answers with which our order reaches what random reaches with ten a
class, over that number: on the curves averaged over the draws, linear between two batches.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from bench import machine
from bench._options import cache_option, data_option, numbers, out_option, words
from bench.accuracy import say, write_json
from bench.cells import CellLog, rounded
from bench.protocol import SETS, load
from nanonet.labelling import CHECK_EVERY
from nanonet.learn import Floats, unit
from nanonet.select import telling

ORDERS = ("random", "ours", "ours with checks")
POOL, A_CLASS = 3_000, 10
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class LabellingKey:
    """One course of answers."""

    set: str
    order: str
    seed: int


@dataclass(frozen=True)
class Task:
    """Texts as read: the pool first, then the test split; y: their classes; points: of the pool."""

    reading: Any
    y: Ints
    classes: int
    pool: int
    points: Floats


@click.command("labelling")
@click.option("--sets", default="ag_news,trec6,banking77,dbpedia14", show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@click.option("--orders", default=",".join(ORDERS), show_default=True)
@out_option("labelling.json")
@data_option
@cache_option
def command(
    sets: str, seeds: str, orders: str, out: Path, data: Path, cache_dir: Path | None
) -> None:
    """Simulated labelling: our order against random, finished courses kept; can be resumed."""
    log = CellLog(out.with_suffix(".cells.jsonl"), LabellingKey)
    commit = machine.commit()
    chosen = words(ORDERS, orders, "--orders")
    for name in words(tuple(SETS), sets, "--sets"):
        for seed in numbers(seeds):
            keys = [LabellingKey(name, order, seed) for order in chosen]
            todo = [key for key in keys if key not in log.done]
            task = read(name, seed, data, cache_dir) if todo else None
            for key in todo:
                start = time.perf_counter()
                points = list(course(task, key.order, seed)) if task else []
                seconds = time.perf_counter() - start
                log.add(key, rounded({"points": points, "seconds": seconds, "commit": commit}))
                say(f"{key}: {points[-1]} {seconds:.0f} s")
    cells = [asdict(key) | result for key, result in log.done.items()]
    cells.sort(key=lambda c: (c["set"], c["order"], c["seed"]))
    document = {"machine": machine.facts(), "pool": POOL, "a_class": A_CLASS, "cells": cells}
    write_json(out, document | {"summary": rounded(summary(cells))})
    if not cells:
        sys.exit(1)


def read(name: str, seed: int, data: Path, cache_dir: Path | None) -> Task:
    """The draw's first texts and the test split through the encoder, in memory."""
    from nanonet.encode import load_encoder, usual_readout, vectors
    from nanonet.labelling.head import Reading

    train, test = load(name, data)
    rows = np.random.RandomState(seed).permutation(len(train.texts))[:POOL]
    names = sorted(set(train.labels))
    number = {label: at for at, label in enumerate(names)}
    texts = [train.texts[row] for row in rows] + list(test.texts)
    labels = [train.labels[row] for row in rows] + list(test.labels)
    encoder = load_encoder(cache_dir=cache_dir)
    read = vectors(encoder, texts, cache_dir=cache_dir)
    held = np.ascontiguousarray(read.gather(np.arange(len(texts))).swapaxes(0, 1))
    usual = usual_readout(encoder)
    layer = encoder.readouts[usual].layer
    first = next(
        i for i, r in enumerate(encoder.readouts) if (r.layer, r.pooling) == (layer, "first")
    )
    both = [unit(held[i, : len(rows)].astype(np.float32)) for i in (usual, first)]
    side = np.concatenate(both, axis=1)
    reading = Reading(
        n=len(texts),
        readout=lambda i, some: held[i][some].astype(np.float32),
        readouts=len(encoder.readouts),
        usual=usual,
        opinion=_opinion(encoder, unit(held[usual, : len(rows)].astype(np.float32)), cache_dir),
    )
    y = np.array([number[label] for label in labels], np.int64)
    return Task(reading, y, len(names), len(rows), unit(side - side.mean(axis=0)))


def _opinion(encoder: Any, pool: Floats, cache_dir: Path | None) -> Floats:
    """From bad to good, as the page offers it to the labels."""
    from nanonet.encode import unit_vectors
    from nanonet.votes import opinion, opinion_sentences

    axis = opinion(unit_vectors(encoder, opinion_sentences(), cache_dir), pool)
    return np.append(axis.weight, np.float32(axis.bias))


def course(task: Task, order: str, seed: int) -> Iterator[dict[str, float]]:
    """Answer more and more texts; after each batch what the test split says."""
    from nanonet.labelling.head import Head

    rng = np.random.default_rng([seed, 91])
    head, table = Head(task.reading, task.pool), None
    known = np.empty(0, np.int64)
    test = np.arange(task.pool, task.reading.n)
    for count in batches(A_CLASS * task.classes):
        more = _next(task, order, count - len(known), known, table, head, rng)
        known = np.concatenate([known, more])
        table = head.learn(known, task.y[known], task.classes, None)
        if table is None:
            guess = np.full(len(test), task.y[known[0]])
        else:
            guess = table[test].argmax(axis=1)
        yield {
            "answers": count,
            "accuracy": float((guess == task.y[test]).mean()),
            "classes": len(np.unique(task.y[known])),
        }


def batches(last: int) -> list[int]:
    """Numbers of answers after which the head learns: five more, later a tenth more."""
    found, count = [], 5
    while count < last:
        found.append(count)
        count += max(5, count // 10)
    return [*found, last]


def _next(
    task: Task,
    order: str,
    count: int,
    known: Ints,
    table: Floats | None,
    head: Any,
    rng: np.random.Generator,
) -> Ints:
    left = np.setdiff1d(np.arange(task.pool), known)
    if order == "random":
        return rng.permutation(left)[:count]
    drawn = 0
    if order == "ours with checks" and table is not None:  # the page draws none before a guess
        drawn = sum((len(known) + i) % CHECK_EVERY == CHECK_EVERY - 1 for i in range(count))
    checks = rng.permutation(left)[:drawn]
    shut = np.zeros(task.pool, bool)
    shut[checks] = True
    views = [task.points, *(view[: task.pool] for view in head.views())]
    some = None if table is None else table[: task.pool]
    ours = telling(views, count - drawn, labelled=known, shut=shut, table=some)
    return np.concatenate([ours, checks])


def summary(cells: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """By set: what random reaches, and the share of its answers that each other order needs."""
    found: dict[str, Any] = {}
    for name in sorted({cell["set"] for cell in cells}):
        curves = {order: _curves(cells, name, order) for order in ORDERS}
        if not len(curves["random"][1]):
            continue
        counts, random = curves["random"]
        goal, last = float(random[:, -1].mean()), int(counts[-1])
        one: dict[str, Any] = {"answers": last, "random": random[:, -1].tolist()}
        for order in ORDERS[1:]:
            at, runs = curves[order]
            if len(runs):
                own = [needed(at, run, goal) / last for run in runs]
                share = needed(at, runs.mean(axis=0), goal) / last
                one[order] = {"share": share, "runs": own, "accuracy": runs[:, -1].tolist()}
        found[name] = one
    means = {
        order: float(np.mean([one[order]["share"] for one in found.values() if order in one]))
        for order in ORDERS[1:]
        if any(order in one for one in found.values())
    }
    return {"sets": found, "mean_share": means}


def _curves(cells: Sequence[dict[str, Any]], name: str, order: str) -> tuple[Ints, Floats]:
    mine = [cell["points"] for cell in cells if (cell["set"], cell["order"]) == (name, order)]
    counts = np.array([point["answers"] for point in mine[0]] if mine else [], np.int64)
    return counts, np.array([[p["accuracy"] for p in points] for points in mine], np.float32)


def needed(counts: Ints, accuracy: Floats, goal: float) -> float:
    """Answers until ``goal`` is first reached, linear between batches; infinite where it is not."""
    before, low = 0.0, 0.0
    for count, value in zip(counts.tolist(), accuracy.tolist(), strict=True):
        if value >= goal:
            return float(before + (goal - low) / max(value - low, 1e-9) * (count - before))
        before, low = float(count), value
    return float("inf")
