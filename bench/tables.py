"""Tables of the documents, made from ``bench/results/*.json``.

A table stands between ``<!-- bench:NAME -->`` and ``<!-- /bench -->`` in README.md or docs.
``python -m bench.tables`` writes them, ``python -m bench.tables --check`` exits 1 when one of
them is not what the results say. A mark with nothing inside, or with ``Not measured yet.``, claims
nothing, so it may wait for a result file that is not there yet; a table whose result file is gone
is an error.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bench import _ask_tables
from bench._ablation_tables import ablation
from bench._accuracy_tables import accuracy, calibration, headline, names, nanonet
from bench._cascade_tables import cascade, cascade_curve, small
from bench._cost_tables import machine, timing
from bench._deletion_table import deletion
from bench._forecast_table import forecast
from bench._length_table import length
from bench._llm_tables import llm
from bench._multilabel_table import multilabel
from bench._promise_table import promise
from bench._speed_tables import (
    bigtable,
    latency,
    memory,
    processor,
    runtime,
    scaling,
    size,
    speed,
    throughput,
)
from bench._tree_tables import names_only, trees
from bench._trust_tables import ece_sets, ece_ways, scope
from bench.condense_tables import condense, li_li, seconds
from bench.labelling_table import labelling, soak
from bench.protocol import REPOSITORY
from bench.serve_table import serve

#: Table name -> (result file, how it is written).
TABLES = {
    "headline": ("accuracy.json", headline),
    "accuracy": ("accuracy.json", accuracy),
    "calibration": ("accuracy.json", calibration),
    "names": ("accuracy.json", names),
    "nanonet": ("accuracy.json", nanonet),
    "machine": ("accuracy.json", machine),
    "time": ("time.json", timing),
    "time-normal": ("time_normal.json", timing),
    "runtime": ("runtime.json", runtime),
    "throughput": ("runtime.json", throughput),
    "speed": ("runtime.json", speed),
    "processor": ("runtime.json", processor),
    "latency": ("runtime.json", latency),
    "memory": ("runtime.json", memory),
    "scaling": ("runtime.json", scaling),
    "runtime-machine": ("runtime.json", machine),
    "size": ("size.json", size),
    "serve": ("serve.json", serve),
    "labelling": ("labelling.json", labelling),
    "soak": ("soak.json", soak),
    "promise": ("promise.json", promise),
    "ece": ("calibration.json", ece_sets),
    "ece-ways": ("calibration.json", ece_ways),
    "scope": ("scope.json", scope),
    "deletion": ("deletion.json", deletion),
    "forecast": ("forecast.json", forecast),
    "length": ("length.json", length),
    "table": ("table.json", bigtable),
    "ablation": ("ablation.json", ablation),
    "cascade": ("cascade.json", cascade),
    "cascade-curve": ("cascade.json", cascade_curve),
    "small": ("cascade.json", small),
    "ask": ("ask.json", _ask_tables.ask),
    "ask-first": ("ask.json", _ask_tables.first),
    "ask-doubt": ("ask.json", _ask_tables.doubt),
    "llm": ("llm.json", llm),
    "trees": ("trees.json", trees),
    "multilabel": ("multilabel.json", multilabel),
    "names-only": ("accuracy.json", names_only),
    "condense": ("condense.json", condense),
    "condense-time": ("condense.json", seconds),
    "condense-li-li": ("condense_li_li.json", li_li),
}
_MARK = re.compile(r"(<!-- bench:([\w-]+) -->\n)(.*?)(<!-- /bench -->)", re.DOTALL)
NOT_YET = "Not measured yet.\n"
_OPEN = re.compile(r"<!-- bench:")


class TableError(Exception):
    """A mark or a result file is not what it should be; the message is one sentence."""


def render(text: str, where: str, results: Path) -> str:
    """``text`` with every marked table written anew from the JSON files of ``results``."""
    if len(_OPEN.findall(text)) != len(_MARK.findall(text)):
        raise TableError(f"{where}: a <!-- bench:NAME --> mark has no <!-- /bench --> after it")

    def one(match: re.Match[str]) -> str:
        name = match.group(2)
        if name not in TABLES:
            raise TableError(f"{where}: no table '{name}'; there are {', '.join(sorted(TABLES))}")
        if match.group(3) in ("", NOT_YET) and not _result(name, results).is_file():
            return match.group(0)
        return match.group(1) + _table(name, where, results) + match.group(4)

    return _MARK.sub(one, text)


def _table(name: str, where: str, results: Path) -> str:
    path = _result(name, results)
    if not path.is_file():
        command = f"python -m bench.run {path.stem}"
        raise TableError(f"{where}: table '{name}' needs {path}; make it with {command}")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return TABLES[name][1](document)


def _result(name: str, results: Path) -> Path:
    return results / TABLES[name][0]


def waiting(root: Path, results: Path) -> list[str]:
    """One line for every mark that waits for its result file."""
    found = []
    for path in documents(root):
        for match in _MARK.finditer(path.read_text(encoding="utf-8")):
            name = match.group(2)
            if name in TABLES and not _result(name, results).is_file():
                stem = _result(name, results).stem
                where = path.relative_to(root).as_posix()
                found.append(f"{where}: table '{name}' waits for python -m bench.run {stem}")
    return found


def documents(root: Path) -> list[Path]:
    """README.md and every Markdown file under docs, sorted."""
    return [p for p in (root / "README.md", *sorted(root.glob("docs/**/*.md"))) if p.is_file()]


def update(root: Path, results: Path, check: bool) -> list[str]:
    """Write the tables, or with ``check`` only compare; returns the differences as text."""
    differences: list[str] = []
    for path in documents(root):
        old = path.read_text(encoding="utf-8")
        where = path.relative_to(root).as_posix()
        new = render(old, where, results)
        if new == old:
            continue
        lines = old.splitlines(), new.splitlines()
        differences += difflib.unified_diff(*lines, where, f"{where} from the results", "", "", 1)
        if not check:
            path.write_text(new, encoding="utf-8")
    return differences


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a table differs.")
def command(check: bool) -> None:
    """Write the benchmark tables of README.md and docs."""
    try:
        differences = update(REPOSITORY, REPOSITORY / "bench" / "results", check)
    except TableError as error:
        raise SystemExit(str(error)) from None
    for line in waiting(REPOSITORY, REPOSITORY / "bench" / "results"):
        print(f"note: {line}", file=sys.stderr)
    if check and differences:
        print("\n".join(line.rstrip("\n") for line in differences))
        raise SystemExit("tables differ from bench/results; run: python -m bench.tables")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line, callable with a list of arguments."""
    command(list(sys.argv[1:] if arguments is None else arguments), standalone_mode=False)


if __name__ == "__main__":
    command()
