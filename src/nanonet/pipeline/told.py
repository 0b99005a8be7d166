"""Lines of the report on what was measured of students: forms, cascades, budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_CURVE = (0.0, 0.05, 0.1, 0.25, 0.5)


def measured_lines(
    kind: str, measured: Mapping[str, Any], times: Mapping[str, Any]
) -> Iterator[str]:
    """Plain text, a fact a line; nothing where nothing was measured."""
    form = measured.get("int8_against_float32")
    if form is not None:
        yield f"{'int8':<14} {_form(form, times)}"
    if "cascade" in measured:
        yield from _cascade(measured["cascade"])
    if "front" in measured:
        yield from _front(kind, measured)


def _form(form: Mapping[str, Any], times: Mapping[str, Any]) -> str:
    if not form["compared"]:
        return f"not compared with float32: {form['why']}"
    said = (
        f"agrees with float32 on {form['agreement']:.1%} of {form['texts']} texts, largest logit "
        f"difference {form['max_logit_difference']:.2g}"
    )
    if "int8" in times and "float32" in times:
        ours, theirs = times["int8"]["us"], times["float32"]["us"]
        said += f", {ours:,.0f} µs a text against {theirs:,.0f}"
    return said + ("; refused" if form["objections"] else "")


def _cascade(plan: Mapping[str, Any]) -> Iterator[str]:
    chosen = plan["chosen"]
    yield (
        f"{'cascade':<14} nano answers where it is at least {chosen['threshold']:.1%} sure; "
        f"{chosen['passed']:.0%} of the pool's texts go on to micro ({plan['why']})"
    )
    for point in plan["curve"]:
        if point["passed"] in _CURVE:
            lost = 100 * point["loss"]
            yield f"{'':<17}{point['passed']:>4.0%} passed  {lost:+5.1f} points lost against micro"


def _front(kind: str, measured: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'budget':<14} what could be shipped, measured here; lost: accuracy against micro"
    for point in sorted(measured["front"], key=lambda one: one["us"]):
        mark = "  <- taken" if point["kind"] == kind else ""
        yield (
            f"{'':<17}{point['kind']:<8} {point['precision']:<8}{point['megabytes']:>7.2f} MB"
            f"{point['us']:>10,.1f} µs {100 * point['loss']:+6.1f} points{mark}"
        )
