"""Tables made from ``time.json`` and ``runtime.json``, and the line about the machine."""

from __future__ import annotations

from typing import Any

from bench._markdown import count, megabytes, table
from bench.peers import PEERS

_STEPS = {
    "setfit": "SetFit: train, then label the pile",
    "nanonet_cold": "`nanonet fit`, nothing cached",
    "nanonet_warm": "`nanonet fit`, vectors cached",
}


def machine(document: dict[str, Any]) -> str:
    """The machine and the versions, as one paragraph."""
    facts = document["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in sorted(facts["versions"].items()))
    place = f"{facts['cores']} cores of {facts['cpu']}, {facts['system']}, Python {facts['python']}"
    commits = sorted({cell["commit"][:12] for cell in document.get("cells", [])})
    measured = f" Measured at {', '.join(commits)}." if commits else ""
    return f"Machine: {place}. Versions: {versions}.{measured}\n"


def timing(document: dict[str, Any]) -> str:
    """Whole processes: wall time, peak memory, and how many times faster than SetFit."""
    rows = []
    for step, title in _STEPS.items():
        wall = document["walls"][step]
        ratio = document["setfit_over"].get(step)
        faster = f"{ratio:.1f} x" if ratio is not None else "1"
        rows.append([title, f"{wall['wall_s']:.0f} s", f"{wall['peak_mb']:.0f} MiB", faster])
    settings = document["settings"]
    head = f"{settings['shots']} labels a class, {count(settings['rows'])} {settings['set']} texts"
    return table([head, "wall", "peak memory", "SetFit's time over it"], rows)


def runtime(document: dict[str, Any]) -> str:
    """What using a saved model costs."""
    costs = document["processes"]
    cold = costs["cold_predict"]
    rows = [
        ["`import nanonet`, above a bare Python", f"{costs['import']['added_s']:.2f} s"],
        ["`nanonet predict` on one text, whole process", f"{cold['wall_s']:.2f} s"],
        ["its peak memory", f"{cold['peak_mb']:.0f} MiB"],
        [f"size of the {document['student']} artefact", megabytes(document["artefact_bytes"])],
    ]
    return table(["cost", "median"], rows)


def throughput(document: dict[str, Any]) -> str:
    """Texts a second, text in and class out, and how many times nanonet's rate is each peer's."""
    titles = {name: title for name, (_, title) in PEERS.items()}
    rows = []
    for name, found in sorted(document["throughput"].items(), key=lambda item: -item[1]["per_s"]):
        title = titles.get(name, f"nanonet ({name})")
        ratio = document["ratio"].get(name)
        times = f"{ratio:,.1f} x" if ratio is not None else "1"
        rows.append([title, count(found["per_s"]), count(found["texts"]), times])
    threads = document["settings"]["threads"]
    rate = f"texts a second, {threads} thread{'s' if threads > 1 else ''}"
    return table(["method", rate, "texts a round", "nanonet's rate over it"], rows)
