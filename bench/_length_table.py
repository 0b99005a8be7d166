"""The table made from ``length.json``."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from bench._markdown import count, plain, spread, table

Cell = dict[str, Any]
WAYS = ("head", "windows", "both")
_MEASURED = ("accuracy", "accuracy_long")


def length(document: dict[str, Any]) -> str:
    """Accuracy by way of reading, what is gained on the head alone, and what reading costs."""
    head = ["data", "draws", "test texts", "long", "reading", "time", "all texts", "gained",
            "long texts", "gained"]  # fmt: skip
    rows = []
    groups = sorted({(cell["set"], cell["test"]) for cell in document["cells"]})
    for group in groups:
        cells = [one for one in document["cells"] if (one["set"], one["test"]) == group]
        rows += [_row(cells, way) for way in WAYS]
    return table(head, rows, left=5)


def _row(cells: Sequence[Cell], way: str) -> list[str]:
    long = statistics.fmean(one["long"] for one in cells)
    ratio = statistics.fmean(one["read_s"][way] / one["read_s"]["head"] for one in cells)
    row = [cells[0]["set"], str(len(cells)), count(cells[0]["rows"]), f"{100 * long:.0f} %", way]
    row.append(f"{ratio:.2f}x")
    for measured in _MEASURED:
        pairs = [(one[measured][way], one[measured]["head"]) for one in cells]
        if any(None in pair for pair in pairs):  # no text is long
            row += ["-", "-"]
            continue
        row.append(spread([mine for mine, _ in pairs]))
        row.append("" if way == "head" else _points([mine - first for mine, first in pairs]))
    return row


def _points(gains: Sequence[float]) -> str:
    mean = f"{round(100 * statistics.fmean(gains), 1) + 0.0:+.1f}"  # never -0.0
    if len(gains) == 1:
        return mean
    return f"{mean} ± {plain(100 * statistics.stdev(gains), 1)}"
