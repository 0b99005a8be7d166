"""What a condensed table teaches beside the whole one: ``python -m bench.run condense``.

A cell is one data set, size and seed: the training split (11 near copies of test texts and the like
are dropped by the guard), a tenth held out, every method on the same rows, accuracy on the whole
test split. The full-data figure is of the same learner on the same rows. Cells are appended as they
are finished, so the same command goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.machine import facts
from bench.protocol import Table, load
from nanonet.condense import (
    METHODS,
    Kept,
    Seen,
    Size,
    Split,
    accuracy,
    condense,
    distil_items,
    quota_of,
    retrain,
    retrain_kept,
    split,
    study_of,
)
from nanonet.condense.run import Study
from nanonet.encode import load_encoder, vectors
from nanonet.errors import UserError
from nanonet.progress import NullProgress

SETS = ("ag_news", "sst2", "trec6", "banking77", "imdb", "dbpedia14")
SIZES = {
    "0.1 %": Size(rate=0.001),
    "1 %": Size(rate=0.01),
    "5": Size(per_class=5),
    "10": Size(per_class=10),
    "20": Size(per_class=20),
}
#: IMDB's reviews take long to encode, so it is a fixed sample: rows of the training and test split.
SAMPLES = {"imdb": (5000, 2500)}
#: Larger condensed tables are measured for one seed only, for the time they take.
MOST_ROWS = 600
COMPARED = ("soft-real", "herding", "k-centre-soft", "random-learned", "random-soft", "k-centre",
            "random")  # fmt: skip


@dataclass(frozen=True)
class Draw:
    """One seed of one set: the cut table, what the learner sees of it, and of the test split."""

    parts: Split
    study: Study
    test: Seen


def tables(name: str, data: Path) -> tuple[Table, Table]:
    """Training and test split, or the fixed sample of them."""
    train, test = load(name, data)
    if name not in SAMPLES:
        return train, test
    return sample(train, SAMPLES[name][0]), sample(test, SAMPLES[name][1])


def sample(table: Table, rows: int) -> Table:
    """The first ``rows`` of ``RandomState(0).permutation``, in file order."""
    kept = np.sort(np.random.RandomState(0).permutation(len(table.texts))[:rows])
    return Table(tuple(table.texts[i] for i in kept), tuple(table.labels[i] for i in kept))


def draw(name: str, seed: int, data: Path, cache_dir: Path | None) -> Draw:
    """Everything of one seed but the methods."""
    train, test = tables(name, data)
    rng = np.random.default_rng(seed)
    parts = split(train.texts, train.labels, test.texts, rng)
    encoder = load_encoder(cache_dir=cache_dir)
    own = [*parts.learned.texts, *parts.held_out.texts]
    read = vectors(encoder, [*own, *test.texts], cache_dir=cache_dir)
    place = {label: at for at, label in enumerate(parts.classes)}
    y = np.array([place[v] for v in (*parts.learned.labels, *parts.held_out.labels)], np.int64)
    study = study_of(
        encoder, read.take(np.arange(len(own))), y, len(parts.learned.texts), len(place), rng
    )
    features = study.reading.features(read.take(len(own) + np.arange(len(test.texts))))
    truth = np.array([place[label] for label in test.labels], np.int64)
    return Draw(parts, study, Seen(features, truth, len(place)))


def cell(of: Draw, size: str, seed: int) -> dict[str, Any]:
    """Accuracy on the test split of every method at one size; or why there is none."""
    seen = of.study.seen
    counts = np.bincount(seen.y, minlength=seen.classes)
    try:
        quota = quota_of(SIZES[size], counts, of.parts.rows, of.parts.classes)
    except UserError as error:
        return {"refused": str(error)}
    if quota.sum() > MOST_ROWS and seed:
        return {"refused": f"{quota.sum():,} rows; measured for seed 0 alone"}
    found: dict[str, Any] = {
        "table": of.parts.rows,
        "learned_from": len(seen),
        "rows": int(quota.sum()),
        "full": accuracy(seen.full, of.test),
        "accuracy": {},
    }
    for name in COMPARED:
        rng = np.random.default_rng([seed, COMPARED.index(name)])
        start = time.perf_counter()
        kept = METHODS[name].condense(seen, quota, rng, NullProgress())
        took = time.perf_counter() - start
        found["accuracy"][name], again = _test(of, kept)
        if name == "soft-real":
            found |= {"condense_s": round(took, 2), "retrain_s": round(again, 4)}
    return found


def _test(of: Draw, kept: Kept) -> tuple[float, float]:
    start = time.perf_counter()
    head = retrain_kept(of.study.seen, kept)
    took = time.perf_counter() - start
    return accuracy(head, of.test), took


def run(
    sets: tuple[str, ...], seeds: tuple[int, ...], data: Path, out: Path, cache_dir: Path | None
) -> None:
    """Measure every cell that is not in ``out`` yet."""
    document = json.loads(out.read_text("utf-8")) if out.is_file() else {"cells": []}
    done = {(c["set"], c["size"], c["seed"]) for c in document["cells"]}
    for name, seed in ((name, seed) for name in sets for seed in seeds):
        missing = [size for size in SIZES if (name, size, seed) not in done]
        for size, found in _cells(name, seed, missing, data, cache_dir):
            document["cells"].append({"set": name, "size": size, "seed": seed, **found})
            document["machine"] = facts()
            save(document, out)
            print(json.dumps(document["cells"][-1]), flush=True)


def _cells(
    name: str, seed: int, sizes: list[str], data: Path, cache_dir: Path | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    if not sizes:
        return
    of = draw(name, seed, data, cache_dir)
    for size in sizes:
        yield size, cell(of, size, seed)


def timed(data: Path, out: Path, cache_dir: Path | None) -> None:
    """Seconds of the whole call on ag_news, vectors cached, and of learning from what it kept."""
    train, test = tables("ag_news", data)
    wall, processor = time.perf_counter(), time.process_time()
    few = condense(train.texts, train.labels, test_texts=test.texts, cache_dir=cache_dir)
    took = {"wall_s": time.perf_counter() - wall, "processor_s": time.process_time() - processor}
    encoder = load_encoder(cache_dir=cache_dir)
    own = few.trained
    features = own.reading.features(vectors(encoder, few.texts, cache_dir=cache_dir))
    wall = time.perf_counter()
    retrain(features, few.labels, few.weights, own.c, own.sharpen)
    took["retrain_s"] = time.perf_counter() - wall
    document = json.loads(out.read_text("utf-8")) if out.is_file() else {"cells": []}
    facts_of = {"rows": len(train.texts), "kept": len(few.items), "load": os.getloadavg()[0]}
    document["time"] = {key: round(value, 4) for key, value in (took | facts_of).items()}
    save(document, out)
    print(json.dumps(document["time"]), flush=True)


def studies(
    wanted: Iterator[tuple[str, str, int]], data: Path, out: Path, cache_dir: Path | None
) -> None:
    """The method li-li by (set, network, seed), judged on held-out rows of the training split."""
    document = json.loads(out.read_text("utf-8")) if out.is_file() else {"cells": []}
    found = document.setdefault("li_li", [])
    done = {(c["set"], c["network"], c["seed"]) for c in found}
    for name, network, seed in wanted:
        if (name, network, seed) in done:
            continue
        train, _ = tables(name, data)
        start = time.perf_counter()
        study = distil_items(
            train.texts, train.labels, network=network, seed=seed, cache_dir=cache_dir
        )
        facts_of = {"items": len(study.labels), "inner": len(study.sizes), **study.facts["bytes"]}
        seconds = {"seconds": round(time.perf_counter() - start, 1)}
        key = {"set": name, "network": network, "seed": seed}
        found.append(key | {"bytes": facts_of, **study.facts["held_out"]} | seconds)
        save(document, out)
        print(json.dumps(found[-1]), flush=True)


def save(document: dict[str, Any], out: Path) -> None:
    """Write the file in one piece."""
    part = out.with_suffix(".part")
    part.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    part.replace(out)
