"""``python -m bench.run cascade``: small students beside the whole ones, on the same draws.

One quick fit a draw gives what is learned; from it nano, micro, the ensemble, the cascade and the
small micros are made as ``fit --student`` makes them. The small micros and their float32 twins
answer a sample of the test split, the others the whole of it. Micro's answers are taken from the
cached vectors (the shipped encoder gives them bit for bit), so that only times are measured by
running it.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import click
import numpy as np

from bench import machine
from bench._options import cache_option, data_option, numbers, out_option, words
from bench.accuracy import say, write_json
from bench.cells import CellLog, rounded
from bench.protocol import SETS, Draw, draw, load

SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0)
SMALL = ("micro-1", "micro-2")


@dataclass(frozen=True)
class CascadeKey:
    """What makes a cell."""

    set: str
    shots: int
    seed: int


@click.command("cascade")
@click.option("--sets", default="trec6,ag_news,banking77", show_default=True)
@click.option("--shots", default="10", show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@click.option("--sample", default=2000, show_default=True, help="Test texts for the small micros.")
@click.option("--timed", default=200, show_default=True, help="Test texts that are timed.")
@out_option("cascade.json")
@data_option
@cache_option
def command(
    sets: str,
    shots: str,
    seeds: str,
    sample: int,
    timed: int,
    out: Path,
    data: Path,
    cache_dir: Path | None,
) -> None:
    """Accuracy and cost of cascades and of micros of one and two layers; can be resumed."""
    log = CellLog(out.with_suffix(".cells.jsonl"), CascadeKey)
    chosen = words(tuple(SETS), sets, "--sets")
    commit = machine.commit()
    every = itertools.product(numbers(seeds), chosen, numbers(shots))
    for seed, name, k in every:
        key = CascadeKey(name, k, seed)
        if key in log.done:
            continue
        drawn = draw(*load(name, data), k, seed)
        found = cell(drawn, seed, cache_dir, sample, timed)
        log.add(key, rounded(found) | {"commit": commit})
        say(f"{key}: {log.done[key]['accuracy']}")
        write(out, log, {"sample": sample, "timed": timed})


def cell(drawn: Draw, seed: int, cache_dir: Path | None, sample: int, timed: int) -> dict[str, Any]:
    """Everything about one draw."""
    from nanonet.export import measure
    from nanonet.pipeline.forms import int8_form
    from nanonet.pipeline.make import make
    from nanonet.runtime import Classifier

    offer = learned(drawn, seed, cache_dir)
    made = {kind: make(offer, kind) for kind in ("nano", "ensemble", "cascade", *SMALL)}
    whole = int8_form(offer.encoder, offer.chosen.micro, cut=False)
    micro = Classifier(drawn.classes, whole.scorer())
    (joined, rule), plan = made["cascade"].rules, made["cascade"].plan
    assert plan is not None
    y = np.array([drawn.classes.index(label) for label in drawn.test.labels])
    proba = made["nano"].classifier.predict_proba(drawn.test.texts)
    logits = micro_logits(offer, drawn, cache_dir)
    both = joined.joined(made["nano"].classifier.decision_logits(drawn.test.texts), logits)
    right = {
        "nano": proba.argmax(axis=1) == y,
        "micro": logits.argmax(axis=1) == y,
        "ensemble": both.argmax(axis=1) == y,
    }
    sure = proba.max(axis=1)
    right["cascade"] = np.where(sure < rule.threshold, right["ensemble"], right["nano"])
    some = np.random.default_rng(seed).permutation(len(y))[:timed]
    texts = [drawn.test.texts[row] for row in some]
    models = {"micro": micro} | {kind: one.classifier for kind, one in made.items()}
    times = measure(models, texts)
    return {
        "accuracy": {name: float(found.mean()) for name, found in right.items()},
        "passed": float((sure < rule.threshold).mean()),
        "passed_timed": float((sure[some] < rule.threshold).mean()),
        "threshold": rule.threshold,
        "curve": [on_test(point, sure, right) for point in plan.curve if point.passed in SHARES],
        "us": {name: timing.us for name, timing in times.items()},
        "p50_us": {name: timing.p50_us for name, timing in times.items()},
        "cost": times["cascade"].us / times["micro"].us,
        "small": {kind: small(made[kind], drawn, y, seed, sample) for kind in SMALL},
        "nano_loss": offer.chosen.nano_loss,
        "auto": offer.chosen.kind,
    }


def learned(drawn: Draw, seed: int, cache_dir: Path | None) -> Any:
    """What ``fit`` makes its students from: the ``Offer`` that it would settle."""
    import nanonet
    from nanonet.pipeline import run

    kept: list[Any] = []

    def keep(offer: Any) -> Any:
        kept.append(offer)
        return offer.chosen

    with mock.patch.object(run, "settle", keep):
        nanonet.fit(
            list(drawn.labelled.texts),
            list(drawn.labelled.labels),
            pool=drawn.pool.texts,
            seed=seed,
            cache_dir=cache_dir,
            max_us=1e9,  # so that every student is offered
        )
    return kept[0]


def micro_logits(offer: Any, drawn: Draw, cache_dir: Path | None) -> Any:
    """Logits of the whole micro student on the test split."""
    from nanonet.encode import vectors

    head = offer.chosen.micro
    read = vectors(offer.encoder, drawn.test.texts, cache_dir=cache_dir)
    blocks = [read.readout(i) for i in head.readouts]
    unit = [b / np.maximum(np.linalg.norm(b, axis=1, keepdims=True), 1e-12) for b in blocks]
    return np.concatenate(unit, axis=1) @ head.weight + head.bias


def on_test(point: Any, sure: Any, right: dict[str, Any]) -> dict[str, float]:
    """One threshold of the pool's curve, as it does on the test split."""
    passed = sure < point.threshold
    answers = np.where(passed, right["ensemble"], right["nano"])
    return {
        "share": point.passed,
        "threshold": point.threshold,
        "believed_loss": point.loss,
        "passed": float(passed.mean()),
        "accuracy": float(answers.mean()),
    }


def small(made: Any, drawn: Draw, y: Any, seed: int, sample: int) -> dict[str, Any]:
    """A small micro in int8 and in float32 on the same sample of the test split."""
    from nanonet.runtime import Classifier

    rows = np.random.default_rng(seed).permutation(len(y))[:sample]
    texts = [drawn.test.texts[row] for row in rows]
    found: dict[str, Any] = {"texts": len(rows), "megabytes": made.megabytes}
    answers = {}
    for name, form in (("int8", made.twins.int8), ("float32", made.twins.float32)):
        logits = Classifier(drawn.classes, form.scorer()).decision_logits(texts)
        answers[name] = logits.argmax(axis=1)
        found[name] = float((answers[name] == y[rows]).mean())
        found[f"{name}_us"] = made.twins.timings[name].us
    found["agreement"] = float((answers["int8"] == answers["float32"]).mean())
    return found


def write(out: Path, log: CellLog, settings: dict[str, Any]) -> None:
    """All cells in a fixed order, with the facts about this machine."""
    done = sorted(log.done, key=lambda key: (key.set, key.shots, key.seed))
    rows = [asdict(key) | log.done[key] for key in done]
    result = {"kind": "cascade", "machine": machine.facts(), "settings": settings, "cells": rows}
    write_json(out, result)
