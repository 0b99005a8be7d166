"""The tables made from ``labelling.json`` and ``soak.json``."""

from __future__ import annotations

from typing import Any

from bench._markdown import count, spread, table

_OURS = ("ours", "ours with checks")


def labelling(document: dict[str, Any]) -> str:
    """What random reaches with ten answers a class, and the share of them that our order needs."""
    found = document["summary"]
    rows = []
    for name, one in found["sets"].items():
        shares = [f"{one[order]['share']:.0%}" for order in _OURS]
        reached = [spread(one[order]["accuracy"]) for order in _OURS]
        rows.append([name, count(one["answers"]), spread(one["random"]), *reached, *shares])
    means = [f"**{found['mean_share'][order]:.0%}**" for order in _OURS]
    rows.append(["**mean**", "", "", "", "", *means])
    head = ["data", "answers", "random", "ours", "ours, with checks", "ours needs", "with checks"]
    return table(head, rows)


def soak(document: dict[str, Any]) -> str:
    """What half an hour of valid and hostile requests did."""
    hostile = sum(
        sum(one.values()) for kind, one in document["requests"].items() if "hostile" in kind
    )
    memory, labels = document["memory"], document["labels"]
    rows = [
        ["minutes", f"{document['settings']['minutes']:g}"],
        ["requests, of them hostile", f"{count(document['total'])}, {count(hostile)}"],
        ["statuses of 500 and more", str(document["server_errors"])],
        ["wrong or missing answers", str(document["wrong"])],
        ["labels answered, lost, doubled",
         f"{labels['told']}, {labels['lost']}, {labels['doubled']}"],
        ["memory after the warm-up, at the end",
         f"{memory['warm_mb']:.1f} MB, {memory['last_mb']:.1f} MB ({memory['change']:+.1%})"],
        ["exit code at the end", str(document["exit_code"])],
    ]  # fmt: skip
    return table(["what", "seen"], rows)
