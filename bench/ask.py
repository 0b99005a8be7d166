"""What to ask, what to label first, what to doubt: every cell once, finished cells kept."""

from __future__ import annotations

import itertools
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import machine
from bench.accuracy import say, write_json
from bench.ask_annotator import Errors
from bench.ask_cell import SHOTS, STRATEGIES, Places
from bench.cells import CellLog, rounded

PARTS = ("teacher", "first", "doubt")
FIRST = ("random", "typical", "cover")


@dataclass(frozen=True)
class AskKey:
    """part: 'teacher', 'first' or 'doubt'; errors: their kind, 'none' or 'human'; rate: mean."""

    part: str
    set: str
    errors: str
    rate: float
    strategy: str
    seed: int


def keys(
    part: str, sets: Sequence[str], errors: Sequence[Errors], seeds: Sequence[int]
) -> Iterator[AskKey]:
    """All cells of a part in a fixed order."""
    if part == "first":
        for name, seed, strategy in itertools.product(sets, seeds, FIRST):
            yield AskKey(part, name, "none", 0.0, strategy, seed)
    if part == "doubt":
        for name in sets:
            yield AskKey(part, name, "none", 0.0, "suspects", 0)
    for name, one, seed in itertools.product(sets, errors, seeds):
        if part == "teacher":
            for strategy in STRATEGIES:
                yield AskKey(part, name, one.kind, one.rate, strategy, seed)
        if part == "doubt":
            human = name == "ag_news_noisy"
            kind, rate = ("human", 0.0) if human else (one.kind, one.rate)
            yield AskKey(part, name, kind, rate, "suspects", seed)


def run(wanted: Iterable[AskKey], places: Places, out: Path, redo: bool = False) -> int:
    """Run what is missing, write ``out``; returns how many cells failed, to be tried next time."""
    log = CellLog(out.with_suffix(".cells.jsonl"), AskKey)
    commit = machine.commit()
    failed = 0
    for key in wanted:
        if key in log.done and not redo:
            continue
        start = time.perf_counter()
        try:
            found = rounded(_cell(key, places))
        except Exception:
            failed += 1
            say(f"{key} failed:\n{traceback.format_exc()}")
            continue
        seconds = round(time.perf_counter() - start, 1)
        log.add(key, found | {"seconds": seconds, "commit": commit})
        say(f"{key}: {found.get('said', '')} {seconds} s")
        _write(out, log)
    _write(out, log)
    return failed


def _cell(key: AskKey, places: Places) -> dict[str, Any]:
    errors = Errors(key.errors, key.rate)
    if key.part == "teacher":
        from bench.ask_cell import run_cell

        return run_cell(key.set, key.strategy, errors, key.seed, places)
    if key.part == "first":
        from bench.ask_first import run_cell as first_cell

        return first_cell(key.set, key.strategy, key.seed, places)
    from bench.ask_doubt import run_cell as doubt_cell

    return doubt_cell(key.set, errors, key.seed, places)


def _write(out: Path, log: CellLog) -> None:
    cells = [asdict(key) | result for key, result in log.done.items()]
    cells.sort(key=lambda c: [str(c[name]) for name in ("part", "set", "errors", "rate", "seed")])
    document = {"machine": machine.facts(), "shots": SHOTS, "cells": cells}
    write_json(out, document)
