"""``python -m bench.run promise``: are promises of at most so many wrong answers kept?

A hundred draws a setting: n labels at random from a sample of a training split, the rest, labels
hidden, is the pool. The learner is the light one (regression on the frozen encoder's usual
embedding, five half-splits as in the gate), so that a hundred draws take seconds; what turns the
hidden labels into promises is nanonet's own. A promise is kept where, of the pool texts that are
then answered, at most the promised share is wrong; a draw without a promise breaks none.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from bench import machine
from bench._options import cache_option, data_option, numbers, out_option, words
from bench.accuracy import say, write_json
from bench.protocol import SETS, load
from nanonet.decide import ERRORS, LEVEL, believed_accuracy, fit_temperature
from nanonet.learn import Tried, fit_softmax, half_split, one_hot, softmax
from nanonet.pipeline.promised import answers_of, hidden_answers, promise_all

REPEATS = 5
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class World:
    """Unit vectors [n, dim] of the sampled texts and their classes [n]."""

    x: Floats
    y: NDArray[np.int64]


@dataclass(frozen=True)
class Outcome:
    """One promise of one draw: what was promised, and the share of the pool that was answered and
    the share of those answers that was wrong."""

    max_error: float
    coverage: float
    error: float


@click.command("promise")
@click.option("--sets", default="ag_news,sms_spam,trec6", show_default=True)
@click.option("--labels", default="150,400", show_default=True)
@click.option("--draws", default=100, show_default=True)
@click.option("--sample", default=4000, show_default=True, help="Rows of the training split.")
@out_option("promise.json")
@data_option
@cache_option
def command(
    sets: str, labels: str, draws: int, sample: int, out: Path, data: Path, cache_dir: Path | None
) -> None:
    """How often promised bounds on the error held over many draws."""
    rows: list[dict[str, Any]] = []
    for name in words(tuple(SETS), sets, "--sets"):
        world = read_world(name, sample, data, cache_dir)
        for count in numbers(labels):
            found = [one_draw(world, count, seed) for seed in range(draws)]
            rows += summary(name, count, found)
            say(f"{name}, {count} labels: {rows[-len(ERRORS) :]}")
            settings = {"draws": draws, "sample": sample, "level": LEVEL, "repeats": REPEATS}
            write_json(out, {"machine": machine.facts(), **settings, "rows": rows})


def read_world(name: str, sample: int, data: Path, cache_dir: Path | None) -> World:
    """A sample of the training split by the bundled encoder, from the cache."""
    from nanonet.encode import load_encoder, vectors
    from nanonet.learn import unit

    train, _ = load(name, data)
    rows = np.random.RandomState(0).permutation(len(train.texts))[:sample].tolist()
    encoder = load_encoder(cache_dir=cache_dir)
    read = vectors(encoder, [train.texts[row] for row in rows], cache_dir=cache_dir)
    last = max(r.layer for r in encoder.readouts)
    usual = [(r.layer, r.pooling) for r in encoder.readouts].index((last, "mean"))
    number = {label: i for i, label in enumerate(sorted(set(train.labels)))}
    y = np.array([number[train.labels[row]] for row in rows], np.int64)
    return World(unit(read.readout(usual)), y)


def one_draw(world: World, count: int, seed: int) -> list[Outcome]:
    """The promises that ``count`` labels make, each with what came of it."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(world.y))
    mine, pool = order[:count], order[count:]
    x, y, classes = world.x[mine], world.y[mine], int(world.y.max()) + 1
    tried = try_halves(x, y, classes, rng)
    logits = world.x[pool] @ (head := fit(x, y, classes))[:-1] + head[-1]
    hidden, right = hidden_answers(tried, "labels", seed)
    teacher = softmax(logits)
    goal = believed_accuracy(
        float(right.mean()), 0.5 / len(right) ** 0.5, float(teacher.max(axis=1).mean()), len(right)
    )
    student = answers_of(softmax(logits / fit_temperature(logits, goal)))
    wrong = student.column != world.y[pool]
    out = []
    for one in promise_all(hidden, right, student, teacher)["promises"]:
        kept = student.sure >= one["threshold"]
        out.append(Outcome(one["max_error"], float(kept.mean()), float(wrong[kept].mean())))
    return out


def try_halves(x: Floats, y: NDArray[np.int64], classes: int, rng: np.random.Generator) -> Tried:
    """Every label hidden about half of the time, and what the other half says of it."""
    rows, tables = [], []
    for _ in range(REPEATS):
        train, hidden = half_split(y, rng)
        head = fit(x[train], y[train], classes)
        tables.append(softmax(x[hidden] @ head[:-1] + head[-1]))
        rows.append(hidden)
    row = np.concatenate(rows)
    weight = np.ones(len(row), np.float32)
    return Tried(("labels",), (np.concatenate(tables),), row, y[row], weight, 0.0)


def fit(x: Floats, y: NDArray[np.int64], classes: int) -> Floats:
    """Coefficients [dim + 1, C] of the plain regression."""
    return fit_softmax(x, one_hot(y, classes), iterations=40)


def summary(name: str, count: int, found: list[list[Outcome]]) -> list[dict[str, Any]]:
    """One row for every error that could be promised."""
    rows = []
    for error in ERRORS:
        made = [one for draw in found for one in draw if one.max_error == error]
        broken = sum(one.error > error for one in made)
        rows.append(
            {
                "set": name,
                "labels": count,
                "max_error": error,
                "draws": len(found),
                "made": len(made),
                "held": len(found) - broken,
                "coverage": round(float(np.mean([o.coverage for o in made])), 4) if made else None,
                "error": round(float(np.mean([o.error for o in made])), 4) if made else None,
            }
        )
    return rows
