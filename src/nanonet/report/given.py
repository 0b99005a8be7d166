"""What a report is made from: a model folder and the tables that were given with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from nanonet.artefact import ModelFacts, model_facts
from nanonet.data import ClassSpec, Guarded, Labelled, Pool, Test, guard
from nanonet.errors import UserError
from nanonet.runtime import Classifier, load

MOST_POOL = 4000  # pool texts that are read by the encoder: what the gate's own trials see
MOST_LABELS = 4000  # labelled texts that models are made from again: five times, and in parts
MOST_GUARDED = 100_000  # pool texts among which copies are looked for
_NANO_POOL = 50_000  # pool texts the model itself labels, by how quick it is
_MICRO_POOL = 400

T = TypeVar("T")


@dataclass(frozen=True)
class Tables:
    """The tables as they were given; any may be empty."""

    labelled: Labelled
    pool: Pool
    test: Test
    specs: tuple[ClassSpec, ...] | None


@dataclass(frozen=True)
class Given:
    """A model with its facts, the tables as given, and after the guard.

    name: of the folder; guarded: copies out, texts of the test table too; labelled: at most 4,000
    of the guarded labelled texts; sample: at most 4,000 of the guarded pool in an order of chance;
    asked: texts of the pool that the model is asked about, at most as many as take seconds; notes:
    what was left out.
    """

    name: str
    model: Classifier
    facts: ModelFacts
    tables: Tables
    guarded: Guarded
    labelled: Labelled
    sample: tuple[str, ...]
    asked: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, in the model's order."""
        return self.facts.classes


def open_given(path: str | Path, tables: Tables, rng: np.random.Generator) -> Given:
    """Load the model and look the tables over; UserError where they do not fit together."""
    model = load(path)
    facts = model_facts(model.info)
    for role, labels in (("labelled", tables.labelled.labels), ("test", tables.test.labels)):
        _known(role, labels, facts.classes)
    test = tables.test if tables.test.texts else None
    notes: list[str] = []
    pool = Pool(_some(tables.pool.texts, MOST_GUARDED, "pool texts", rng, notes))
    guarded = guard(tables.labelled, pool, test)
    table = guarded.labelled
    rows = _some(range(len(table.texts)), MOST_LABELS, "labelled texts", rng, notes)
    labelled = Labelled(
        tuple(table.texts[row] for row in rows), tuple(table.labels[row] for row in rows)
    )
    order = rng.permutation(len(guarded.pool.texts)).tolist()
    most = _NANO_POOL if facts.kind == "nano" else _MICRO_POOL
    shuffled = tuple(guarded.pool.texts[row] for row in order[: max(most, MOST_POOL)])
    name = Path(path).resolve().name
    parts = labelled, shuffled[:MOST_POOL], shuffled[:most]
    return Given(name, model, facts, tables, guarded, *parts, tuple(notes))


def _some(
    values: Sequence[T], most: int, what: str, rng: np.random.Generator, notes: list[str]
) -> tuple[T, ...]:
    """All of them, or ``most`` drawn by chance in their order, which is noted."""
    if len(values) <= most:
        return tuple(values)
    notes.append(f"of {len(values):,} {what}, {most:,} drawn by chance were looked at closely")
    return tuple(values[row] for row in np.sort(rng.permutation(len(values))[:most]).tolist())


def _known(role: str, labels: Sequence[str], classes: Sequence[str]) -> None:
    unknown = sorted(set(labels) - set(classes))
    if unknown:
        raise UserError(
            f"the {role} table has the label {unknown[0]!r}, which the model does not know; it "
            f"knows {', '.join(classes[:20])}; give the tables that the model was made for"
        )
