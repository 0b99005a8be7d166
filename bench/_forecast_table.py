"""The table made from ``forecast.json``."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from bench._markdown import table


def forecast(document: dict[str, Any]) -> str:
    """Foretold gains from 50 more labels beside those that came, and how often they fit."""
    head = ["data", "labels a class", "foretold", "came", "guess off by", "in the interval"]
    rows = document["rows"]
    groups = sorted({(one["set"], one["shots"]) for one in rows})
    out = [_line(name, str(shots), [o for o in rows if (o["set"], o["shots"]) == (name, shots)])
           for name, shots in groups]  # fmt: skip
    return table(head, [*out, _line("all", "", rows)])


def _line(name: str, shots: str, rows: list[dict[str, Any]]) -> list[str]:
    told = [one for one in rows if "gain" in one]
    if not told:
        return [name, shots, "nothing", _points(fmean(one["came"] for one in rows)), "-", "-"]
    inside = sum(one["low"] <= one["came"] <= one["high"] for one in told)
    return [
        name,
        shots,
        _points(fmean(one["gain"] for one in told)),
        _points(fmean(one["came"] for one in told)),
        f"{100 * fmean(abs(one['gain'] - one['came']) for one in told):.1f}",
        f"{inside} of {len(told)}",
    ]


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"
