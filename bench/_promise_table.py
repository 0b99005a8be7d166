"""The table made from ``promise.json``."""

from __future__ import annotations

from typing import Any

from bench._markdown import table

_SHOWN = (0.02, 0.05, 0.1)


def promise(document: dict[str, Any]) -> str:
    """How often a promise was made and held, and what it allowed to answer."""
    rows = [
        [
            one["set"],
            str(one["labels"]),
            _percent(one["max_error"]),
            f"{one['made']} of {one['draws']}",
            f"{one['held']} of {one['draws']}",
            _percent(one["coverage"]),
            _percent(one["error"], 1),
        ]
        for one in document["rows"]
        if one["max_error"] in _SHOWN
    ]
    head = [
        "data",
        "labels",
        "at most wrong",
        "promised",
        "not broken",
        "answered",
        "wrong of these",
    ]
    return table(head, rows)


def _percent(share: float | None, digits: int = 0) -> str:
    return "-" if share is None else f"{100 * share:.{digits}f} %"
