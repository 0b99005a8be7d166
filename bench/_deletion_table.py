"""The table made from ``deletion.json``."""

from __future__ import annotations

from typing import Any

from bench._markdown import table


def deletion(document: dict[str, Any]) -> str:
    """By how many points the answer's probability falls without some words."""
    head = ["data", "student", "words left out", "most evidence", "at random", "least evidence",
            "most above random", "in so many texts"]  # fmt: skip
    rows = [
        [
            one["set"],
            one["student"],
            str(one["words"]),
            _points(one["most"]),
            _points(one["random"]),
            _points(one["least"]),
            f"{_points(one['apart'])} ± {100 * one['apart_se']:.1f}",
            f"{100 * one['more_often']:.0f} %",
        ]
        for one in document["rows"]
    ]
    return table(head, rows, left=2)


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"
