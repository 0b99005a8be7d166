"""The table made from ``time.json``, and the line about the machine."""

from __future__ import annotations

from typing import Any

from bench._markdown import count, table

_STEPS = {
    "setfit": "SetFit: train, then label the pile",
    "nanonet_cold": "`nanonet fit`, nothing cached",
    "nanonet_warm": "`nanonet fit` again, from its cache",
}


def machine(document: dict[str, Any]) -> str:
    """The machine and the versions, as one paragraph."""
    facts = document["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(facts["versions"].items()))
    place = f"{facts['cores']} cores of {facts['cpu']}, {facts['system']}, Python {facts['python']}"
    cells = document.get("cells", [facts])
    commits = sorted({cell["commit"][:12] for cell in cells})
    measured = f" Measured at {', '.join(commits)}." if commits else ""
    return f"Machine: {place}. Versions: {versions}.{measured}\n"


def timing(document: dict[str, Any]) -> str:
    """Whole processes: wall time, peak memory, and, where it ran, how many times SetFit's speed."""
    times = {step: f"{ratio:.1f} x" for step, ratio in document["setfit_over"].items()}
    times["setfit"] = "1"
    rows = []
    for step, title in _STEPS.items():
        if step not in document["walls"]:
            continue
        wall = document["walls"][step]
        rows.append([title, f"{wall['wall_s']:.0f} s", f"{wall['peak_mb']:.0f} MiB"])
        if "setfit" in document["walls"]:
            rows[-1].append(times.get(step, "-"))
    settings = document["settings"]
    pile = f"{count(settings['rows'])} {settings['set']} texts"
    if settings.get("fill"):
        pile += f" and sentences of {settings['fill']}"
    head = f"{settings['shots']} labels a class, {pile}"
    if settings.get("effort", "quick") != "quick":
        head += f", effort {settings['effort']}"
    titles = [head, "wall", "peak memory", "SetFit's time over it"]
    return table(titles[: len(rows[0])], rows)
