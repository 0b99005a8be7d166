"""The accuracy run: every cell once, finished cells kept, one JSON file as the result."""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import machine
from bench.cells import CellLog, Key, Places, run_cell
from bench.protocol import draw, load


def run(wanted: Sequence[Key], data: Path, out: Path, places: Places, redo: Sequence[str]) -> int:
    """Run what is missing, write ``out``; returns how many cells failed, to be tried next time.

    ``redo`` names methods whose cells are run again unless they were measured at this very commit.
    """
    log = CellLog(out.with_suffix(".cells.jsonl"))
    commit = machine.commit()  # once: the code in memory is what is measured, whatever comes later
    missing = [key for key in wanted if not _finished(log, key, redo, commit)]
    failed = 0
    for count, key in enumerate(missing, start=1):
        say(f"[{count}/{len(missing)}] {describe(key)}")
        train, test = load(key.set, data)
        start = time.perf_counter()
        try:
            result = run_cell(key, draw(train, test, key.shots, key.seed), places)
            result["commit"] = commit
        except Exception:
            # One peer that fails must not cost the hours of the others; the exit code tells.
            traceback.print_exc()
            failed += 1
            continue
        log.add(key, result)
        wall_s = time.perf_counter() - start
        say(f"    accuracy {result['figures']['accuracy']:.4f}, {wall_s:.1f} s")
        write_result(out, log)
    write_result(out, log)
    return failed


def _finished(log: CellLog, key: Key, redo: Sequence[str], commit: str) -> bool:
    if key not in log.done:
        return False
    same_code = log.done[key].get("commit") == commit and not commit.endswith("-dirty")
    return key.method not in redo or same_code


def write_result(out: Path, log: CellLog) -> None:
    """Write every finished cell, in a fixed order, with the facts about this machine."""
    rows = [
        asdict(key) | log.done[key]
        for key in sorted(log.done, key=lambda k: (k.set, k.names, k.shots, k.method, k.seed))
    ]
    write_json(out, {"kind": "accuracy", "machine": machine.facts(), "cells": rows})


def write_json(path: Path, value: Any) -> None:
    """Write JSON beside the file and rename it there, keys sorted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".tmp")
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
    beside.write_text(text + "\n", encoding="utf-8")
    os.replace(beside, path)


def describe(key: Key) -> str:
    """A cell in words."""
    names = "" if key.names == "none" else f", class names: {key.names}"
    return f"{key.set}, {key.shots} shots, seed {key.seed}{names}: {key.method}"


def say(line: str) -> None:
    """Tell the person at the terminal; results go to files, so this is standard error."""
    print(line, file=sys.stderr, flush=True)
