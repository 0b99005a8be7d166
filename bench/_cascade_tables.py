"""Tables from ``cascade.json``: cascades beside their students, small micros beside float32."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench._markdown import plain, spread, table

_SHOWN = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0)


def _sets(document: dict[str, Any]) -> list[tuple[str, int, list[dict[str, Any]]]]:
    cells = document["cells"]
    names = sorted({(cell["set"], cell["shots"]) for cell in cells})
    return [(s, k, [c for c in cells if (c["set"], c["shots"]) == (s, k)]) for s, k in names]


def cascade(document: dict[str, Any]) -> str:
    """Accuracy of the whole students, and what the cascade costs."""
    rows = []
    for name, shots, cells in _sets(document):
        row = [name, str(shots), str(len(cells))]
        row += [_mean(cells, "accuracy", who) for who in ("nano", "cascade", "micro", "ensemble")]
        gained = [100 * (c["accuracy"]["ensemble"] - c["accuracy"]["micro"]) for c in cells]
        row += [spread(gained, 1), f"{100 * _average([c['passed'] for c in cells]):.0f} %"]
        row.append(f"{100 * _average([c['cost'] for c in cells]):.0f} %")
        rows.append(row)
    head = ["data", "labels a class", "draws", "nano", "cascade", "micro", "ensemble",
            "ensemble over micro, points", "texts passed", "cost of micro's"]  # fmt: skip
    return table(head, rows)


def cascade_curve(document: dict[str, Any]) -> str:
    """Accuracy on the test split by the share of the pool's texts that is passed on."""
    rows = []
    for name, shots, cells in _sets(document):
        row = [name, str(shots)]
        for share in _SHOWN:
            found = [p["accuracy"] for c in cells for p in c["curve"] if p["share"] == share]
            row.append(plain(_average(found)))
        rows.append(row)
    return table(["data", "labels a class", *(f"{share:.0%}" for share in _SHOWN)], rows, 1)


def small(document: dict[str, Any]) -> str:
    """Micros of one and two layers: int8 against float32, and the time of the whole one."""
    rows = []
    for name, shots, cells in _sets(document):
        for kind in ("micro-1", "micro-2"):
            found = [cell["small"][kind] for cell in cells]
            lost = [100 * (one["float32"] - one["int8"]) for one in found]
            quick = [c["us"]["micro"] / c["us"][kind] for c in cells]
            size = _average([one["megabytes"] for one in found])
            rows.append(
                [name, str(shots), kind, f"{size:.1f} MB",
                 spread([one["int8"] for one in found]), spread([one["float32"] for one in found]),
                 spread(lost, 1), _mean(cells, "accuracy", "micro"), f"{_average(quick):.1f} x"]
            )  # fmt: skip
    head = ["data", "labels a class", "student", "size", "int8", "float32",
            "points lost to float32", "whole micro", "as fast as it"]  # fmt: skip
    return table(head, rows)


def _mean(cells: Sequence[dict[str, Any]], group: str, name: str) -> str:
    return spread([cell[group][name] for cell in cells])


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)
