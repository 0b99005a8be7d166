"""Tables made from ``accuracy.json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from bench._markdown import megabytes, plain, spread, table
from bench.nanonet_method import EFFORTS
from bench.peers import PEERS

Cell = dict[str, Any]
TITLES = {name: title for name, (_, title) in (EFFORTS | PEERS).items()}
HEADLINE_SHOTS = 10
HEADLINE = ("lr", "setfit", "nanonet", "nanonet-normal")
_GIVEN = {"none": "labels", "with": "labels and class names", "only": "class names only"}


def accuracy(document: dict[str, Any]) -> str:
    """Test accuracy by data set and shots, one column a method, best mean in bold."""
    return _by_method(document, lambda cell: cell["figures"]["accuracy"], max)


def headline(document: dict[str, Any]) -> str:
    """Accuracy from ten labels a class of what one would try first, and of nanonet."""
    cells = _pick(document["cells"], shots=HEADLINE_SHOTS)
    chosen = [cell for cell in cells if cell["method"] in HEADLINE]
    return _by_method(document | {"cells": chosen}, lambda cell: cell["figures"]["accuracy"], max)


def calibration(document: dict[str, Any]) -> str:
    """Expected calibration error by data set and shots, one column a method, lowest in bold."""
    return _by_method(document, lambda cell: cell["figures"]["ece"], min)


def _by_method(
    document: dict[str, Any],
    figure: Callable[[Cell], float | None],
    best: Callable[[Iterable[float]], float],
) -> str:
    cells = [cell for cell in document["cells"] if cell["names"] == "none"]
    methods = [name for name in TITLES if any(cell["method"] == name for cell in cells)]
    rows = []
    for name, shots in _groups(cells):
        columns = []
        for method in methods:
            mine = _pick(cells, set=name, shots=shots, method=method)
            columns.append([value for value in map(figure, mine) if value is not None])
        means = [sum(values) / len(values) for values in columns if values]
        top = best(means) if means else None
        rows.append([name, str(shots), _seeds(columns), *(_mark(v, top) for v in columns)])
    return table(["data", "labels a class", "draws", *(TITLES[m] for m in methods)], rows)


def _mark(values: list[float], top: float | None) -> str:
    text = spread(values)
    return f"**{text}**" if values and sum(values) / len(values) == top else text


def _seeds(columns: list[list[float]]) -> str:
    """How many draws stand behind a row: one number, or the range where methods differ."""
    counts = sorted({len(values) for values in columns if values}) or [0]
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]}-{counts[-1]}"


def names(document: dict[str, Any]) -> str:
    """nanonet with labels, with labels and class names, and with class names only."""
    every = [cell for cell in document["cells"] if cell["method"] in EFFORTS]
    sets = {cell["set"] for cell in every if cell["names"] != "none"}
    rows = []
    for method in EFFORTS:
        cells = _pick(every, method=method)
        for name in sorted(sets):
            mine = _pick(cells, set=name)
            for shots in sorted({c["shots"] for c in mine if c["names"] == "with"} or {0}):
                row = [TITLES[method], name, str(shots)]
                for given in _GIVEN:
                    count = 0 if given == "only" else shots
                    found = _pick(mine, names=given, shots=count)
                    row.append(spread([c["figures"]["accuracy"] for c in found]))
                if any(text != "-" for text in row[3:]):
                    rows.append(row)
    return table(["method", "data", "labels a class", *_GIVEN.values()], rows, left=2)


def nanonet(document: dict[str, Any]) -> str:
    """What nanonet kept: the student, its size, its figures, and those of each alone."""
    cells = [cell for cell in document["cells"] if cell["method"] in EFFORTS]
    header = ["method", "data", "labels a class", "given", "student kept", "size"]
    header += ["accuracy", "macro F1", "ECE", "log-loss", "ensemble", "micro alone", "nano alone"]
    rows = []
    for method in EFFORTS:
        for given, words in _GIVEN.items():
            mine = _pick(cells, method=method, names=given)
            for name, shots in _groups(mine):
                found = _pick(mine, set=name, shots=shots)
                rows.append([TITLES[method], name, str(shots), words, *_kept(found)])
    return table(header, rows, left=2)


def _kept(cells: list[Cell]) -> list[str]:
    kinds = Counter(cell["student"] for cell in cells)
    students = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    sizes = sorted(cell["artefact_bytes"] for cell in cells)
    size = megabytes(sizes[-1])
    if megabytes(sizes[0]) != size:
        size = f"{plain(sizes[0] / 1e6, 1)}-{size}"
    figures = [
        spread([cell["figures"][key] for cell in cells])
        for key in ("accuracy", "macro_f1", "ece", "log_loss")
    ]
    alone = [_students(cells, kind) for kind in ("ensemble", "micro")]
    alone.append(spread([cell["nano"]["accuracy"] for cell in cells if cell.get("nano")]))
    return [students, size, *figures, *alone]


def _students(cells: list[Cell], kind: str) -> str:
    """Accuracy of one kind of student, where every draw's was scored, kept or not."""
    found = [cell["figures"] if cell["student"] == kind else cell.get(kind) for cell in cells]
    return spread([one["accuracy"] for one in found if one]) if all(found) else "-"


def _groups(cells: list[Cell]) -> list[tuple[str, int]]:
    return sorted({(cell["set"], cell["shots"]) for cell in cells})


def _pick(cells: list[Cell], **wanted: object) -> list[Cell]:
    return [cell for cell in cells if all(cell[key] == value for key, value in wanted.items())]
