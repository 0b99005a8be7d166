"""The page: templates filled with a report. Nothing in it is loaded from anywhere else.

Jinja2 fills them: it escapes every value by itself, which matters in a page full of other people's
texts, and torch brings it anyway.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from nanonet import __version__
from nanonet.artefact import scaling_in_words
from nanonet.errors import MissingExtra
from nanonet.report import plots, wording
from nanonet.report.result import MADE_BY, Report

_MOST_CLASSES = 14  # of a confusion matrix that can still be read
_SHOWN_CLASSES = 40


def page(report: Report) -> str:
    """The whole page as text."""
    try:
        import jinja2
        from markupsafe import Markup
    except ImportError as error:
        raise MissingExtra("the report", "report") from error
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("nanonet.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "percent": lambda *given: wording.percent(*given).replace(" ", "\u00a0"),
        "size": wording.size,
        "quick": wording.quick,
        "number": lambda value: f"{value:,}",
        "number_us": wording.micros,
        "soft": lambda name: Markup("_<wbr>").join(name.split("_")),
    }
    text: str = environment.get_template("page.html").render(_values(report))
    return text


def _values(report: Report) -> dict[str, Any]:
    facts = report.facts
    return {
        "made_by": MADE_BY,
        "report": report,
        "facts": facts,
        "scores": report.scores,
        "today": datetime.date.today(),
        "version": __version__,
        "scaled": scaling_in_words(facts) if facts.temperature is not None else "",
        "kind": wording.kind_of(facts),
        "accuracy_told": wording.accuracy_sentence(report),
        "gate_told": wording.gate_sentence(facts),
        "steps": wording.steps(report),
        "promises": wording.promises(facts),
        "surest": wording.telling(facts),
        "copies": wording.copies_found(report.overview.copies),
        "trials": wording.trials(facts),
        "classes": _classes(report),
        "scored": _scored(report),
        "typical": _typical(report),
        "matrix": _matrix(report),
        "risk_rows": _some(report.scores.risk if report.scores else ()),
        "pictures": _pictures(report),
    }


def _some(points: Sequence[Any]) -> list[Any]:
    """About a dozen of the points, the last one among them."""
    return list(points[:: -max(1, len(points) // 12)])[::-1]


def _pictures(report: Report) -> dict[str, str]:
    """Name of a picture to its SVG, "" for what cannot be drawn."""
    found = dict.fromkeys(("lengths", "trials", "reliability", "risk", "forecast"), "")
    if report.overview.tables:
        found["lengths"] = plots.lengths_plot(report.overview.tables)
    shown = [(name, at, error) for name, _, at, error, _ in wording.trials(report.facts)]
    if shown:
        found["trials"] = plots.trials_plot(shown)
    if report.scores is not None:
        found["reliability"] = plots.reliability_plot(report.scores)
        found["risk"] = plots.risk_plot(report.scores)
    if report.forecast is not None and report.forecast.curve:
        found["forecast"] = plots.forecast_plot(report.forecast)
    return found


def _classes(report: Report) -> list[dict[str, Any]]:
    """A row for each class: counts in the tables and the share in the pool, the commonest first."""
    overview = report.overview
    labelled, test = overview.table("labelled"), overview.table("test")
    counts = labelled.classes if labelled else report.facts.per_class
    rows: list[dict[str, Any]] = []
    for name in report.facts.classes:
        share = overview.predicted[name] / overview.predicted_of if overview.predicted_of else None
        rows.append(
            {
                "name": name,
                "labelled": counts.get(name, 0),
                "test": test.classes.get(name, 0) if test else None,
                "share": share,
            }
        )
    rows.sort(key=lambda row: (-row["labelled"], row["name"]))
    return rows[:_SHOWN_CLASSES]


def _scored(report: Report) -> list[dict[str, Any]]:
    """A row for each class with texts, the hardest first; right: None where it was never given."""
    if report.scores is None:
        return []
    given = report.scores.confusion.sum(axis=0).tolist()
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "rows": one.rows,
            "found": one.recall,
            "right": one.precision if times else None,
            "f1": one.f1,
        }
        for name, one, times in zip(report.facts.classes, report.scores.classes, given, strict=True)
        if one.rows
    ]
    rows.sort(key=lambda row: row["f1"])
    return rows[:_SHOWN_CLASSES]


def _typical(report: Report) -> list[tuple[str, dict[str, Any]]]:
    """Class and its prototypes by kind, in the model's order of classes."""
    found: dict[str, dict[str, Any]] = {name: {} for name in report.facts.classes}
    for one in report.prototypes:
        found[one.label][one.kind] = one
    return [(name, kinds) for name, kinds in found.items() if kinds][:_SHOWN_CLASSES]


def _matrix(report: Report) -> list[dict[str, Any]] | None:
    """Rows of the confusion matrix with the share of each cell, None where it is too large."""
    scores, names = report.scores, report.facts.classes
    if scores is None or len(names) > _MOST_CLASSES:
        return None
    out = []
    for at, name in enumerate(names):
        row = scores.confusion[at]
        total = max(1, int(row.sum()))
        cells = [
            {"count": int(n), "share": float(n / total), "right": at == other}
            for other, n in enumerate(row.tolist())
        ]
        out.append({"name": name, "cells": cells, "rows": int(row.sum())})
    return out
