"""The tables of names alone: against zero-shot similarity, and classes in a tree."""

from __future__ import annotations

from typing import Any

from bench._markdown import plain, spread, table


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


def names_only(document: dict[str, Any]) -> str:
    """From class names and the pool alone: zero-shot similarity, nanonet, its nano student."""
    cells = [cell for cell in document["cells"] if cell["names"] == "only"]
    header = ("data", "draws", "zero-shot, names", "zero-shot, class file", "nanonet", "nano alone")
    rows = []
    for name in sorted({cell["set"] for cell in cells if cell["method"] == "nanonet"}):
        mine = [cell for cell in cells if cell["set"] == name]
        ours = [cell for cell in mine if cell["method"] == "nanonet"]
        flat = [[c["figures"]["accuracy"] for c in mine if c["method"] == method]
                for method in ("zero-shot", "zero-shot-described")]  # fmt: skip
        nano = [cell["nano"]["accuracy"] for cell in ours if cell.get("nano")]
        told = [spread(found[:1]) for found in flat]  # it knows no chance: draws are alike
        kept = spread([cell["figures"]["accuracy"] for cell in ours])
        rows.append((name, str(len(ours)), *told, kept, spread(nano)))
    return table(header, rows)
