"""``python -m bench.run calibration``: is a model as sure as it is right?

One quick fit a draw. Of its students the expected calibration error on the test split by
several ways from logits to probabilities: none, what nanonet ships, a temperature by the hidden
labels alone, vector scaling and isotonic regression on those labels whatever their number, and the
one temperature that meets the true accuracy, which nobody can know.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from bench import machine
from bench._options import cache_option, data_option, numbers, out_option, words
from bench.accuracy import say, write_json
from bench.cells import CellLog, rounded
from bench.nanonet_method import cached_logits
from bench.protocol import SETS, Draw, draw, load
from nanonet.decide import ece, fit_temperature, log_loss
from nanonet.pipeline.scaling import fit_isotonic, fit_vector
from nanonet.runtime import Calibration

SIX = "ag_news,banking77,dbpedia14,newsgroups20,sst2,trec6"


@dataclass(frozen=True)
class CalibrationKey:
    """What makes a cell."""

    set: str
    shots: int
    seed: int


@click.command("calibration")
@click.option("--sets", default=SIX, show_default=True)
@click.option("--shots", default="10", show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@out_option("calibration.json")
@data_option
@cache_option
def command(
    sets: str, shots: str, seeds: str, out: Path, data: Path, cache_dir: Path | None
) -> None:
    """Calibration error of the students by several methods; finished draws are kept."""
    log = CellLog(out.with_suffix(".cells.jsonl"), CalibrationKey)
    chosen = words(tuple(SETS), sets, "--sets")
    commit = machine.commit()
    wanted = itertools.product(numbers(seeds), chosen, numbers(shots))
    for one in (CalibrationKey(name, count, seed) for seed, name, count in wanted):
        if one in log.done:
            continue
        drawn = draw(*load(one.set, data), one.shots, one.seed)
        log.add(one, rounded(cell(drawn, one.seed, cache_dir)) | {"commit": commit})
        told = {k: v["shipped"]["ece"] for k, v in log.done[one]["students"].items()}
        say(f"{one}: {log.done[one]['kept']} kept, {told}")
        rows = sorted(log.done, key=lambda key: (key.set, key.shots, key.seed))
        cells = [asdict(key) | log.done[key] for key in rows]
        write_json(out, {"kind": "calibration", "machine": machine.facts(), "cells": cells})


def cell(drawn: Draw, seed: int, cache_dir: Path | None) -> dict[str, Any]:
    """One fit, and its students on the test split by every method."""
    import nanonet

    fitted = nanonet.fit(
        list(drawn.labelled.texts),
        list(drawn.labelled.labels),
        pool=drawn.pool.texts,
        seed=seed,
        cache_dir=cache_dir,
    )
    truth = np.array([fitted.classes_.index(label) for label in drawn.test.labels])
    texts, chosen = list(drawn.test.texts), fitted._chosen
    nano = fitted.nano.decision_logits(texts)
    micro = cached_logits(fitted.micro, texts, cache_dir)
    students = {
        "nano": figures(nano, truth, chosen.nano_calibrated),
        "micro": figures(micro, truth, chosen.micro_calibrated),
    }
    if chosen.kind == "ensemble":
        both = chosen.rules[0].joined(nano, micro)
        students["ensemble"] = figures(both, truth, chosen.calibrated)
    return {
        "kept": chosen.kind,
        "gate": fitted.report.gate["chosen"],
        "expected": fitted.report.expected["accuracy"],
        "students": students,
    }


def figures(logits: Any, truth: Any, made: Any) -> dict[str, Any]:
    """Accuracy, and by method the calibration error and log-loss of one student's logits."""
    right = float((logits.argmax(axis=1) == truth).mean())
    heat, held = made.calibration.temperature, made.held
    ways: dict[str, Callable[[], Calibration]] = {
        "none": Calibration,
        "shipped": lambda: made.calibration,
        "oracle": lambda: Calibration(fit_temperature(logits, right)),
    }
    if held is not None:
        hit = float(np.average(held.logits.argmax(axis=1) == held.y, weights=held.weight))
        ways["labels"] = lambda: Calibration(fit_temperature(held.logits, hit))
        ways["vector"] = lambda: Calibration(heat, *fit_vector(held, heat))
        ways["isotonic"] = lambda: Calibration(heat, knots=fit_isotonic(held, heat))
    found: dict[str, Any] = {"accuracy": right, "kind": made.calibration.kind}
    for name, way in ways.items():
        proba = way().proba(logits)
        sure = float(proba.max(axis=1).mean())
        scores = {"ece": ece(proba, truth), "log_loss": log_loss(proba, truth)}
        found[name] = scores | {"confidence": sure}
    return found
