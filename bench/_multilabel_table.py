"""The table made from ``multilabel.json``."""

from __future__ import annotations

from typing import Any

from bench._markdown import spread, table

_ROWS = (
    ("lr", "lr", "one-vs-rest LR, at a half"),
    ("lr-balanced", "lr", "one-vs-rest LR, balanced, at a half"),
    ("lr-tuned", "lr", "one-vs-rest LR, tuned thresholds"),
    ("nanonet", "nano", "nanonet, nano"),
    ("nanonet", "micro", "nanonet, micro"),
)
_FIGURES = ("micro_f1", "macro_f1", "accuracy", "ece")


def multilabel(document: dict[str, Any]) -> str:
    """Micro and macro F1 on whole test splits, mean and standard deviation over the draws."""
    rows = []
    for name in document["protocols"]:
        for method, student, shown in _ROWS:
            found = [
                one["figures"][student]
                for one in document["cells"]
                if (one["set"], one["method"]) == (name, method)
            ]
            if found:
                rows.append([name, shown, str(len(found)), *_cells(found)])
    head = ["data", "method", "draws", "micro F1", "macro F1", "exact match", "ECE"]
    return table(head, rows, left=2)


def _cells(found: list[dict[str, float]]) -> list[str]:
    return [spread([one[figure] for one in found]) for figure in _FIGURES]
