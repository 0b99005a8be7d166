"""The tables made from ``condense.json`` and ``condense_li_li.json``."""

from __future__ import annotations

import statistics
from collections import defaultdict
from typing import Any

from bench._markdown import count, plain, spread, table

_COLUMNS = {
    "soft-real": "soft-real",
    "herding": "herding, learned labels",
    "k-centre-soft": "k-centre, learned labels",
    "random-learned": "random, learned labels",
    "random-soft": "random + soft labels",
    "k-centre": "k-centre",
    "random": "random",
}
_KINDS = {
    "fixed": "for that start",
    "random": "over fresh starts",
    "random_texts": "random texts, not learned",
}


def condense(document: dict[str, Any]) -> str:
    """Test accuracy of every method by set and size, mean and spread over seeds."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for cell in document["cells"]:
        if "accuracy" in cell:
            groups[cell["set"], cell["size"]].append(cell)
    rows = []
    for (name, size), cells in groups.items():
        full = statistics.fmean(cell["full"] for cell in cells)
        best = [cell["accuracy"]["soft-real"] for cell in cells]
        asked = size if "%" in size else f"{size} a class"
        rows.append(
            [
                name,
                f"{asked} ({count(cells[0]['rows'])})",
                str(len(cells)),
                plain(full),
                f"{100 * statistics.fmean(best) / full:.1f} %",
                *(spread([cell["accuracy"][key] for cell in cells]) for key in _COLUMNS),
            ]
        )
    header = ["data", "kept (rows)", "seeds", "whole table", "soft-real of it", *_COLUMNS.values()]
    return table(header, rows, left=2)


def seconds(document: dict[str, Any]) -> str:
    """How long the whole call took, as one sentence."""
    time = document["time"]
    return (
        f"Condensing {count(time['rows'])} AG News rows to {time['kept']:.0f} with vectors cached, "
        f"controls and held-out figures included: {time['wall_s']:.0f} s, one thread "
        f"({time['processor_s']:.0f} s of processor time). "
        f"Learning from them: {time['retrain_s']:.3f} s.\n"
    )


def li_li(document: dict[str, Any]) -> str:
    """Held-out accuracy of li-li from the start its items were learned for, and from fresh ones."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for cell in document["li_li"]:
        groups[cell["set"], cell["network"]].append(cell)
    rows = []
    for (name, network), cells in groups.items():
        full = statistics.fmean(cell["full"] for cell in cells)
        for key, title in _KINDS.items():
            own = [cell[key]["its_start"] for cell in cells]
            fresh = [value for cell in cells for value in cell[key]["fresh_starts"]]
            rows.append(
                [
                    name,
                    network,
                    title,
                    str(len(cells)),
                    plain(full),
                    spread(own),
                    f"{100 * statistics.fmean(own) / full:.0f} %",
                    spread(fresh),
                    f"{100 * statistics.fmean(fresh) / full:.0f} %",
                    f"{cells[0]['bytes']['items'] / 1e3:.1f} / "
                    f"{cells[0]['bytes']['network'] / 1e3:.1f} kB",
                ]
            )
    header = ["data", "network", "items learned", "seeds", "whole table", "one start", "of it",
              "20 fresh starts", "of it", "items / network"]  # fmt: skip
    return table(header, rows, left=3)
