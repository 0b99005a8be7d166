"""The tables made from ``calibration.json`` and ``scope.json``."""

from __future__ import annotations

import statistics
from typing import Any

from bench._markdown import plain, spread, table

_WAYS = {
    "none": "as trained",
    "labels": "temperature by hidden labels",
    "vector": "vector by hidden labels",
    "isotonic": "isotonic by hidden labels",
    "shipped": "**nanonet**",
    "oracle": "temperature by the truth",
}


_KINDS = ("nano", "micro", "ensemble")


def ece_sets(document: dict[str, Any]) -> str:
    """Calibration error of the student kept and of nano, a row a data set, and their means."""
    cells = document["cells"]
    rows, means = [], [[], []]  # type: list[list[str]], list[list[float]]
    for name in sorted({cell["set"] for cell in cells}):
        mine = [cell for cell in cells if cell["set"] == name]
        kept = [cell["students"][cell["kept"]]["shipped"] for cell in mine]
        nano = [cell["students"]["nano"] for cell in mine]
        errors = [[one["ece"] for one in kept], [one["shipped"]["ece"] for one in nano]]
        for place, values in zip(means, errors, strict=True):
            place.append(statistics.fmean(values))
        gap = [
            one["shipped"]["confidence"] - one["accuracy"]
            for one in (cell["students"][cell["kept"]] for cell in mine)
        ]
        signed = statistics.fmean(gap)
        kinds = "/".join(str(sum(c["kept"] == k for c in mine)) for k in _KINDS)
        rows.append(
            [
                name,
                str(len(mine)),
                kinds,
                spread(errors[0]),
                f"{'+' if signed >= 0 else '-'}{plain(abs(signed))}",
                spread(errors[1]),
            ]
        )
    whole = [plain(statistics.fmean(values)) for values in means]
    rows.append(["mean", "", "", whole[0], "", whole[1]])
    head = [
        "data",
        "draws",
        f"{'/'.join(_KINDS)} kept",
        "ECE, student kept",
        "surer than right",
        "ECE, nano",
    ]
    return table(head, rows)


def ece_ways(document: dict[str, Any]) -> str:
    """Mean calibration error over the sets, a row a way, a column a student; where a way could be
    had on some sets only, what nanonet's own comes to on those."""
    rows = []
    for way, name in _WAYS.items():
        row = [name]
        for kind in ("nano", "micro"):
            students = [(cell["set"], cell["students"][kind]) for cell in document["cells"]]
            mine = [(where, one) for where, one in students if way in one]
            told = _mean_over_sets(mine, way) if mine else "-"
            sets = len({where for where, _ in mine})
            if 0 < sets < len({where for where, _ in students}):
                told += f" ({sets} sets; nanonet there {_mean_over_sets(mine, 'shipped')})"
            row.append(told)
        rows.append(row)
    return table(["from scores to probabilities", "ECE, nano", "ECE, micro"], rows)


def _mean_over_sets(students: list[tuple[str, dict[str, Any]]], way: str) -> str:
    found: dict[str, list[float]] = {}
    for where, one in students:
        found.setdefault(where, []).append(one[way]["ece"])
    return plain(statistics.fmean(statistics.fmean(values) for values in found.values()))


def scope(document: dict[str, Any]) -> str:
    """How well out-of-scope texts are told from those of the test split."""
    rows = []
    for shots in sorted({cell["shots"] for cell in document["cells"]}, key=lambda n: n or 10**9):
        cells = [cell for cell in document["cells"] if cell["shots"] == shots]
        for kind in ("nano", "micro"):
            mine = [cell["students"][kind] for cell in cells]
            row = [f"{shots} a class" if shots else "the whole split", str(len(mine)), kind]
            for name in ("auroc", "auroc_probability", "accuracy"):
                row.append(spread([one[name] for one in mine]))
            for side in ("inside", "foreign"):
                share = statistics.fmean([one[f"{side}_over_0.95"] for one in mine])
                row.append(f"{100 * share:.1f} %")
            rows.append(row)
    head = ["labels", "draws", "student", "AUROC", "by largest probability", "accuracy"]
    return table([*head, "test over 0.95", "foreign over 0.95"], rows, left=3)
