"""``python -m bench.run forecast``: do more labels bring what a report foretells?

A report's forecast is made from so many labels a class; then 50 more labels are drawn, as they
come, and the same recipe (the encoder's readouts, without a pool) learns from both. What it gains
on the test split, a mean over three draws of the 50, is held against the forecast's interval.
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
from bench.protocol import SETS, Table, load
from nanonet.learn import Material
from nanonet.progress import NullProgress
from nanonet.report.forecast import LEVEL, forecast
from nanonet.report.trial import Recipe, answer

MORE, DRAWS, TEST = 50, 3, 1500
RECIPE = Recipe("readouts", False, "")
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """Vectors of ``size`` training texts and of test texts behind them, and their classes."""

    material: Material
    size: int

    def material_of(self, rows: Rows) -> Material:
        """The same with these rows as the labelled ones and nothing else."""
        from dataclasses import replace

        whole = self.material
        return replace(
            whole,
            y=whole.y[rows],
            rows=len(rows),
            readout=lambda i, at: whole.readout(i, rows[at]),
            grams=whole.grams.rows(rows),
        )


@click.command("forecast")
@click.option("--sets", default="ag_news,trec6,sst2", show_default=True)
@click.option("--shots", default="10,30", show_default=True)
@click.option("--seeds", default="0-4", show_default=True)
@click.option("--sample", default=3000, show_default=True, help="Rows of the training split.")
@click.option("--tuning", is_flag=True, help="Score on other training rows: to choose by.")
@out_option("forecast.json")
@data_option
@cache_option
def command(
    sets: str,
    shots: str,
    seeds: str,
    sample: int,
    tuning: bool,
    out: Path,
    data: Path,
    cache_dir: Path | None,
) -> None:
    """Foretold and actual gains from 50 more labels."""
    rows: list[dict[str, Any]] = []
    for name in words(tuple(SETS), sets, "--sets"):
        world = read_world(load(name, data), sample, tuning, cache_dir)
        for count in numbers(shots):
            for seed in numbers(seeds):
                rows.append({"set": name, "shots": count, "seed": seed, **one(world, count, seed)})
                say(str(rows[-1]))
                settings = {"more": MORE, "draws": DRAWS, "test": TEST, "level": LEVEL}
                write_json(out, {"machine": machine.facts(), **settings, "rows": rows})


def one(world: World, shots: int, seed: int) -> dict[str, Any]:
    """One draw: the forecast and what came."""
    order = np.random.RandomState(seed).permutation(world.size)
    y = world.material.y
    place = np.array([np.sum(y[order[:at]] == y[row]) for at, row in enumerate(order)])
    now, rest = order[place < shots], order[place >= shots]
    rng = np.random.default_rng([seed, 20])
    found = forecast(world.material_of(now), RECIPE, rng, NullProgress())
    gain = next((gain for gain in found.gains if gain.more == MORE), None)
    before = accuracy(world, now, rng)
    after = [
        accuracy(world, np.concatenate([now, rng.permutation(rest)[:MORE]]), rng)
        for _ in range(DRAWS)
    ]
    told = {} if gain is None else {"gain": gain.gain, "low": gain.low, "high": gain.high}
    return {"labels": len(now), "came": float(np.mean(after)) - before, **told}


def accuracy(world: World, rows: Rows, rng: np.random.Generator) -> float:
    """Of the recipe on the test texts, learning from ``rows``."""
    test = np.arange(world.size, world.material.labelled)
    both = world.material_of(np.concatenate([rows, test]))
    train, hidden = np.arange(len(rows)), np.arange(len(rows), len(rows) + len(test))
    said = answer(both, RECIPE.name, train, hidden, rng).argmax(axis=1)
    return float((said == world.material.y[test]).mean())


def read_world(
    tables: tuple[Table, Table], sample: int, tuning: bool, cache_dir: Path | None
) -> World:
    """A sample of both splits (of the training split alone for tuning) by the bundled encoder."""
    from nanonet.data import GuardReport, Labelled, Pool
    from nanonet.encode import load_encoder
    from nanonet.pipeline.inputs import Inputs
    from nanonet.pipeline.material import prepare
    from nanonet.text import GramSpec

    train, test = tables
    some, tested = _some(train, 0, sample), _some(test, 0, TEST)
    if tuning:
        tested = _some(train, sample, TEST)
    texts, labels = (*some.texts, *tested.texts), (*some.labels, *tested.labels)
    classes = tuple(sorted(set(labels)))
    inputs = Inputs(Labelled(texts, labels), Pool(()), classes, None, GuardReport())
    encoder = load_encoder(cache_dir=cache_dir)
    prepared = prepare(inputs, encoder, cache_dir, GramSpec(), NullProgress())
    return World(prepared.material, len(some.texts))


def _some(table: Table, first: int, count: int) -> Table:
    order = np.random.RandomState(0).permutation(len(table.texts))
    rows = order[first : first + count].tolist()
    return Table(tuple(table.texts[r] for r in rows), tuple(table.labels[r] for r in rows))
