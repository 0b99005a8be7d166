"""The tables made from ``ask.json``: what to ask, what to label first, what to doubt."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bench._markdown import plain, spread, table

Cell = dict[str, Any]
_STRATEGIES = ("random", "margin", "entropy", "diverse", "balanced", "rad", "difficulty")


def ask(document: dict[str, Any]) -> str:
    """One table for each set and kind of errors: strategies by budgets, and all of the pool."""
    cells = [cell for cell in document["cells"] if cell["part"] == "teacher"]
    groups = sorted({(c["set"], c["errors"], c["rate"]) for c in cells})
    parts = []
    for name, errors, rate in groups:
        mine = [c for c in cells if (c["set"], c["errors"], c["rate"]) == (name, errors, rate)]
        parts.append(f"{_words(name, errors, rate, mine)}\n\n{_budgets(mine)}")
    return "\n".join(parts)


def _words(name: str, errors: str, rate: float, cells: list[Cell]) -> str:
    kind = "errors that depend on the class" if errors == "class" else "errors on the hard texts"
    gold, pool = cells[0]["gold"], cells[0]["pool"]
    return (
        f"{name}, simulated annotator with {rate:.0%} {kind}; {gold:,} gold labels to begin with, "
        f"{pool:,} texts in the pool. Accuracy on the test split:"
    )


def _budgets(cells: list[Cell]) -> str:
    budgets = sorted({p["budget"] for c in cells for p in c["points"] if 0 < p["budget"] < 1})
    whole = _at([c for c in cells if c["strategy"] == "all"], "budget", 1.0)
    rows = []
    for strategy in _STRATEGIES:
        mine = [c for c in cells if c["strategy"] == strategy]
        if mine:
            figures = [spread(_at(mine, "budget", budget)) for budget in budgets]
            rows.append([strategy, str(len(mine)), *figures, "-"])
    draws = str(len(whole))
    rows.append(["everything", draws, *["-"] * len(budgets), spread(whole)])
    return table(["strategy", "draws", *(f"{b:.0%} asked" for b in budgets), "100%"], rows)


def _at(cells: Iterable[Cell], name: str, value: float) -> list[float]:
    return [p["accuracy"] for c in cells for p in c["points"] if p[name] == value]


def first(document: dict[str, Any]) -> str:
    """Accuracy from so many labels, chosen at random, by us, or by farthest first."""
    cells = [cell for cell in document["cells"] if cell["part"] == "first"]
    names = {"random": "random", "typical": "nanonet ask", "cover": "farthest first"}
    rows = []
    for name in sorted({c["set"] for c in cells}):
        counts = sorted({p["count"] for c in cells for p in c["points"] if c["set"] == name})
        for count in counts:
            row = [name, str(count)]
            for strategy in names:
                mine = [c for c in cells if (c["set"], c["strategy"]) == (name, strategy)]
                row.append(spread(_at(mine, "count", count)))
            rows.append(row)
    return table(["data", "labels", *names.values()], rows)


def doubt(document: dict[str, Any]) -> str:
    """What was flagged, how much of it was wrong, and what a regression then scored."""
    cells = [cell for cell in document["cells"] if cell["part"] == "doubt"]
    groups = sorted({(c["set"], c["errors"], c["rate"]) for c in cells})
    rows = []
    for group in groups:
        mine = [c for c in cells if (c["set"], c["errors"], c["rate"]) == group]
        rows.append([group[0], _errors(group[1]), str(len(mine)), *_figures(mine)])
    header = ["data", "errors", "draws", "wrong", "flagged", "precision", "recall", "put right",
              "check passed", "all", "without suspects", "corrected", "gold"]  # fmt: skip
    return table(header, rows, left=2)


def _errors(kind: str) -> str:
    return {"class": "planted", "hard": "planted, hard texts", "human": "people's", "none": "none"}[
        kind
    ]


def _figures(cells: Sequence[Cell]) -> list[str]:
    def mean(figure: Callable[[Cell], float]) -> str:
        return plain(statistics.fmean(figure(cell) for cell in cells))

    wrong = any(cell["wrong"] > 0 for cell in cells)
    passed = sum(bool(cell["check"] and cell["check"]["kept"]) for cell in cells)
    return [
        mean(lambda c: c["wrong"]),
        mean(lambda c: c["suspects"]["flagged"]),
        mean(lambda c: c["suspects"]["precision"]) if wrong else "-",
        mean(lambda c: c["suspects"]["recall"]) if wrong else "-",
        mean(lambda c: c["fixed"]) if wrong else "-",
        f"{passed} of {len(cells)}",
        *(mean(lambda c, n=n: c["accuracy"][n]) for n in ("all", "kept", "corrected", "gold")),
    ]
