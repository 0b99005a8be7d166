"""The table made from ``ablation.json``."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from bench._markdown import count, plain, table
from bench.ablation_design import FACTORS, REFERENCE, Variant, canonical

Cell = dict[str, Any]
MEMBERS = {
    "teacher": "teacher",
    "micro_first": "micro, layers 1-2",
    "micro_last": "micro, last 2 layers",
    "nano": "nano",
}
_COSTS = ("trained, teacher", "trained, students", "deployed, micro", "deployed, nano", "seconds")
_WORDS = {
    "mutual": {"off": "no mutual learning"},
    "online": {"offline": "teacher first, then students"},
}
_LEVELS = {
    "teacher": "{} teacher",
    "students": "{} students",
    "reweight": "weights by loss: {}",
}
_GROUP = ("base", "pool", "test")


def ablation(document: dict[str, Any]) -> str:
    """One table for each setting of the loop: variants against the reference."""
    groups = sorted({tuple(cell[name] for name in _GROUP) for cell in document["cells"]})
    parts = []
    for group in groups:
        cells = [c for c in document["cells"] if tuple(c[name] for name in _GROUP) == group]
        parts.append(f"{_settings(document['bases'].get(group[0], {}), cells)}\n\n{_table(cells)}")
    return "\n".join(parts)


def _settings(base: dict[str, Any], cells: list[Cell]) -> str:
    pool, most = cells[0]["pool"], cells[0]["test"]
    sets = ", ".join(sorted({cell["set"] for cell in cells}))
    cut = any(cell["rows"]["test"] == most for cell in cells)
    sample = " (a fixed random sample where there are more)" if cut else ""
    warm = base.get("warm_up")
    after = f", after {warm['steps']} steps of warm-up" if warm else ", without a warm-up"
    steps = (
        f"{base['preset']['steps']} steps, {base['shots']} labels a class"
        if base
        else "settings lost"
    )
    return (
        f"{sets}: {steps}{after if base else ''}; at most {count(pool)} texts of the pool and "
        f"{count(most)} of the test split{sample}. Accuracy: mean over the sets, and the paired "
        "difference to the reference, mean and standard deviation over sets and draws."
    )


def _table(cells: list[Cell]) -> str:
    rows = []
    for variant in _variants(cells):
        mine = [cell for cell in cells if _variant(cell) == variant]
        draws = sorted({(cell["set"], cell["seed"]) for cell in mine})
        row = [label(variant), f"{len({name for name, _ in draws})} / {len(draws)}"]
        row += [_figure(mine, cells, member) for member in MEMBERS]
        differ = _mean(mine, lambda cell: cell["disagreement"])
        row += ["-" if differ is None else f"{differ:.1%}", *_costs(mine)]
        rows.append(row)
    header = ["variant", "sets / draws", *MEMBERS.values(), "students differ on", *_COSTS]
    return table(header, rows)


def _variants(cells: list[Cell]) -> list[Variant]:
    """Fewest changes first, then in the order of the factors and their levels."""

    def place(variant: Variant) -> tuple[Any, ...]:
        levels = [FACTORS[name].index(level) for name, level in asdict(variant).items()]
        changed = [-(name in _changed(variant)) for name in FACTORS]
        return (len(_changed(variant)), changed, levels)

    return sorted({_variant(cell) for cell in cells}, key=place)


def _variant(cell: Cell) -> Variant:
    """A cell from before there was a factor has the reference's level of it."""
    return Variant(*(cell.get(name, getattr(REFERENCE, name)) for name in FACTORS))


def _changed(variant: Variant) -> dict[str, str]:
    """Factors at another level than the reference's; what one student implies is no change."""
    found = {
        name: level for name, level in asdict(variant).items() if level != getattr(REFERENCE, name)
    }
    if variant.students == "one":
        found.pop("mutual", None)
    return found


def label(variant: Variant) -> str:
    """A variant in words: what differs from the reference."""
    changed = _changed(variant)
    if not changed:
        return (
            f"reference: {REFERENCE.teacher} teacher, online, mutual, {REFERENCE.students} students"
        )
    parts = [
        _WORDS.get(name, {}).get(level) or _LEVELS[name].format(level)
        for name, level in changed.items()
    ]
    return ", ".join(parts).replace("one students", "one student")


def _figure(mine: list[Cell], cells: list[Cell], member: str) -> str:
    mean = _mean(mine, lambda cell: cell["figures"].get(member))
    if mean is None:
        return "-"
    if _variant(mine[0]) == REFERENCE:
        return plain(mean)
    reference = {
        (cell["set"], cell["seed"]): cell["figures"]
        for cell in cells
        if _variant(cell) == canonical(REFERENCE)
    }
    differences = [
        cell["figures"][member] - there[member]
        for cell in mine
        if member in (there := reference.get((cell["set"], cell["seed"]), {}))
        and member in cell["figures"]
    ]
    return f"{plain(mean)} ({signed(differences)})" if differences else plain(mean)


def signed(values: list[float]) -> str:
    """``+.012 ± .004``; one value stands alone."""
    mean = statistics.fmean(values)
    sign = "-" if round(mean, 3) < 0 else "+"
    text = f"{sign}{plain(abs(mean))}"
    return text if len(values) == 1 else f"{text} ± {plain(statistics.stdev(values))}"


def _mean(cells: list[Cell], figure: Callable[[Cell], float | None]) -> float | None:
    """Mean over the sets of the mean over a set's draws."""
    by_set: dict[str, list[float]] = {}
    for cell in cells:
        value = figure(cell)
        if value is not None:
            by_set.setdefault(cell["set"], []).append(value)
    means = [statistics.fmean(values) for values in by_set.values()]
    return statistics.fmean(means) if means else None


def _costs(cells: list[Cell]) -> list[str]:
    def mean(names: Iterable[str], kind: str) -> str:
        wanted = set(names)
        value = _mean(cells, lambda cell: _sum(cell["parameters"], wanted, kind))
        return "-" if value is None else millions(value)

    seconds = _mean(cells, lambda cell: cell["fit_s"])
    return [
        mean(["teacher"], "trained"),
        mean(set(MEMBERS) - {"teacher"}, "trained"),
        mean(["micro_first"], "deployed"),
        mean(["nano"], "deployed"),
        "-" if seconds is None else count(seconds),
    ]


def _sum(parameters: dict[str, dict[str, int]], names: set[str], kind: str) -> float | None:
    found = [counts[kind] for name, counts in parameters.items() if name in names]
    return float(sum(found)) if found else None


def millions(value: float) -> str:
    """A number of parameters; small ones in thousands."""
    return f"{value / 1e6:.1f} M" if value >= 1e6 else f"{value / 1e3:.0f} k"
