"""The table of classes in a tree."""

from __future__ import annotations

from typing import Any

from bench._markdown import plain, table


def trees(document: dict[str, Any]) -> str:
    """Hierarchical F1, accuracy on the leaves and on the roots, of every way on every set."""
    header = ("data", "classes", "answered", "hierarchical F1", "leaf accuracy", "root accuracy")
    rows = []
    for cell in document["cells"]:
        best = max(found["hierarchical_f1"] for found in cell["ways"].values())
        for way, found in cell["ways"].items():
            bold = "**" if found["hierarchical_f1"] == best else ""
            rows.append(
                (
                    cell["set"],
                    f"{cell['leaves']} under {cell['classes'] - cell['leaves']}",
                    way,
                    f"{bold}{plain(found['hierarchical_f1'])}{bold}",
                    plain(found["leaf_accuracy"]),
                    plain(found["root_accuracy"]),
                )
            )
    return table(header, rows, left=3)
