"""The ablation run: every cell once, finished cells kept, one JSON file as the result."""

from __future__ import annotations

import itertools
import json
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import machine
from bench.ablation_design import (
    SHOTS,
    AblationKey,
    AblationSettings,
    Variant,
    digest,
    keys,
)
from bench.accuracy import say, write_json
from bench.cells import CellLog, rounded
from bench.protocol import Draw, draw, load


@dataclass(frozen=True)
class _Job:
    """What the cells of a run share."""

    settings: AblationSettings
    log: CellLog
    out: Path
    commit: str
    bases: dict[str, Any]


def run(
    sets: Sequence[str],
    seeds: Sequence[int],
    chosen: Sequence[Variant],
    settings: AblationSettings,
    data: Path,
    out: Path,
    redo: bool = False,
) -> int:
    """Run what is missing, write ``out``; returns how many cells failed, to be tried next time.

    ``redo``: run finished cells again too, unless they were measured at this very commit.
    """
    from bench import ablation_cell  # torch: late, so that the other commands start without it

    facts = ablation_cell.base_facts(settings)
    log = CellLog(out.with_suffix(".cells.jsonl"), AblationKey)
    commit = machine.commit()
    wanted = keys(sets, seeds, chosen, settings, digest(facts))
    missing = [key for key in wanted if not _finished(log, key, redo, commit)]
    job = _Job(settings, log, out, commit, known_bases(out) | {digest(facts): facts})
    say(f"{len(missing)} cells to run")
    failed = 0
    for (name, seed), group in itertools.groupby(missing, key=lambda key: (key.set, key.seed)):
        drawn = draw(*load(name, data), SHOTS, seed)
        with tempfile.TemporaryDirectory() as folder:
            failed += _draw(job, list(group), drawn, Path(folder))
    write_result(out, log, job.bases)
    return failed


def _draw(job: _Job, group: Sequence[AblationKey], drawn: Draw, folder: Path) -> int:
    """All missing cells of one draw, from one warm-up; returns how many failed."""
    from bench import ablation_cell

    source: str | Path | None = job.settings.encoder
    warm_s = 0.0
    if job.settings.warm_up:
        say(f"{group[0].set}, seed {group[0].seed}: warming up")
        start = time.perf_counter()
        try:
            seed = group[0].seed
            source = ablation_cell.warm_encoder(drawn, seed, job.settings, folder / "warm")
        except Exception:
            traceback.print_exc()
            return len(group)
        warm_s = time.perf_counter() - start
    failed = 0
    for key in group:
        say(describe(key))
        try:
            result = ablation_cell.run_cell(key, drawn, job.settings, source)
        except Exception:
            # One variant that fails must not cost the hours of the others; the exit code tells.
            traceback.print_exc()
            failed += 1
            continue
        job.log.add(key, rounded(result | {"warm_up_s": warm_s, "commit": job.commit}))
        figures = ", ".join(f"{name} {value:.4f}" for name, value in result["figures"].items())
        say(f"    {figures}; {result['fit_s']:.1f} s")
        write_result(job.out, job.log, job.bases)
    return failed


def _finished(log: CellLog, key: AblationKey, redo: bool, commit: str) -> bool:
    if key not in log.done:
        return False
    return not redo or (log.done[key].get("commit") == commit and not commit.endswith("-dirty"))


def known_bases(out: Path) -> dict[str, Any]:
    """The settings of the cells that are in ``out`` already, by their digest."""
    try:
        found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))["bases"]
        return found
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_result(out: Path, log: CellLog, bases: dict[str, Any]) -> None:
    """Write every finished cell, in a fixed order, with their settings and the machine's facts."""
    order = sorted(log.done, key=lambda key: tuple(asdict(key).values()))
    rows = [asdict(key) | log.done[key] for key in order]
    used = {row["base"] for row in rows}
    kept = {name: facts for name, facts in bases.items() if name in used}
    facts = machine.facts()
    write_json(out, {"kind": "ablation", "machine": facts, "bases": kept, "cells": rows})


def describe(key: AblationKey) -> str:
    """A cell in words."""
    one = key.variant
    factors = f"teacher {one.teacher}, mutual {one.mutual}, {one.online}, students: {one.students}"
    return f"{key.set}, seed {key.seed}: {factors}, weights {one.reweight}"
