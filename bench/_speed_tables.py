"""Tables made from ``runtime.json``, ``size.json`` and ``table.json``."""

from __future__ import annotations

import statistics
from typing import Any

from bench._markdown import count, megabytes, plain, spread, table
from bench.speed_methods import METHODS

Run = dict[str, Any]
RIVAL = "setfit"
_KINDS = {"banking77": "short", "ag_news": "news", "imdb": "long"}


def runtime(document: dict[str, Any]) -> str:
    """What using a saved model costs."""
    costs = document["processes"]
    cold = costs["cold_predict"]
    rows = [
        [
            "`import nanonet`, above a bare Python",
            *_both(costs["import"], "added_s", "added_cpu_s"),
        ],
        ["`nanonet predict` on one text, whole process", *_both(cold)],
        ["its peak memory", f"{cold['peak_mb']:.0f} MiB", ""],
        [f"size of the {document['student']} artefact", megabytes(document["artefact_bytes"]), ""],
    ]
    if document.get("wheel_bytes"):
        rows.append(["nanonet's own wheel", f"{document['wheel_bytes'] / 1e6:.2f} MB", ""])
    return table(["cost", "median", "processor time"], rows)


def _both(found: dict[str, float], wall: str = "wall_s", cpu: str = "cpu_s") -> list[str]:
    """By the wall clock and by processor time."""
    return [f"{found[name]:.2f} s" if name in found else "-" for name in (wall, cpu)]


def throughput(document: dict[str, Any]) -> str:
    """The first set with one thread, by processor time, which a busy machine does not stretch."""
    run = document["runs"][0]
    memory = document["memory_mb"]
    rates = {name: found["cpu_per_s"] for name, found in run["methods"].items()}
    rows = []
    for name in sorted(rates, key=lambda name: -rates[name]):
        rival = times(rates[name] / rates[RIVAL]) if RIVAL in rates else "-"
        peak = f"{memory[name]:.0f} MiB" if name in memory else "-"
        over = times(rates["nano"] / rates[name])
        rows.append([METHODS[name].title, count(rates[name]), over, rival, peak])
    head = ["method", "texts a second of processor time, 1 thread", "nano's rate over it"]
    return table([*head, "its rate over SetFit's", "peak memory"], rows)


def speed(document: dict[str, Any]) -> str:
    """Rates on every set, a table for each number of threads."""
    parts = []
    for threads in sorted({run["threads"] for run in document["runs"]}):
        runs = [run for run in document["runs"] if run["threads"] == threads]
        head = ["method"]
        for run in runs:
            head += [f"{named(run)}: texts a second", "nano over it (quartiles)"]
        rows = [[METHODS[name].title, *_rates(runs, name)] for name in by_rate(runs[0])]
        title = f"{threads} thread{'s' * (threads > 1)}:"
        parts.append(f"{title}\n\n{table(head, rows)}")
    return "\n".join(parts)


def _rates(runs: list[Run], name: str) -> list[str]:
    cells = []
    for run in runs:
        found = run["methods"][name]
        low, high = found["ratio_range"]
        ratio = "1" if found["ratio"] == 1 else f"{times(found['ratio'])} ({low:,.3g}-{high:,.3g})"
        cells += [count(found["per_s"]), ratio]
    return cells


def processor(document: dict[str, Any]) -> str:
    """Ratios by processor time with one thread, which a busy machine does not stretch."""
    runs = [run for run in document["runs"] if run["threads"] == 1]
    rows = []
    for name in by_rate(runs[0])[1:]:
        cells = []
        for run in runs:
            nano, found = run["methods"]["nano"], run["methods"][name]
            cells.append(times(nano["cpu_per_s"] / found["cpu_per_s"]))
        rows.append([METHODS[name].title, *cells])
    return table(["nano's rate over it, by processor time", *map(named, runs)], rows)


def latency(document: dict[str, Any]) -> str:
    """Single calls: median and 99th percentile, with one thread."""
    runs = [run for run in document["runs"] if "p50_us" in run["methods"]["nano"]]
    rows = []
    for name in by_rate(runs[0]):
        cells = []
        for run in runs:
            found = run["methods"][name]
            cells += [microseconds(found["p50_us"]), microseconds(found["p99_us"])]
        rows.append([METHODS[name].title, *cells])
    heads = [part for run in runs for part in (f"{named(run)}: median", "99 of 100 within")]
    return table(["one text a call", *heads], rows)


def scaling(document: dict[str, Any]) -> str:
    """Rates with the most threads over those with one."""
    few, most = min(document["settings"]["threads"]), max(document["settings"]["threads"])
    runs = {(run["set"], run["threads"]): run for run in document["runs"]}
    both = [name for name in document["settings"]["sets"] if {(name, few), (name, most)} <= {*runs}]
    if not both or few == most:
        return "Measured with one number of threads only so far.\n"
    pairs = [[runs[name, few], runs[name, most]] for name in both]
    rows = []
    for name in by_rate(pairs[0][0]):
        rates = [[run["methods"][name]["per_s"] for run in pair] for pair in pairs]
        cells = [f"{plain(more / one, 2)} x" for one, more in rates]
        rows.append([METHODS[name].title, *cells])
    head = [f"{most} threads over {few}", *(named(pair[0]) for pair in pairs)]
    return table(head, rows)


def memory(document: dict[str, Any]) -> str:
    """Peak memory of a process that labels a thousand texts, and the encoder file it deploys."""
    files = document["files"] | {"nano": document["artefact_bytes"]}
    rows = []
    for name, peak in sorted(document["memory_mb"].items(), key=lambda item: item[1]):
        size = megabytes(files[name]) if name in files else "-"
        rows.append([METHODS[name].title, f"{peak:.0f} MiB", size])
    texts = count(document["memory_texts"])
    return table(["method", f"peak memory, {texts} texts", "artefact or encoder file"], rows)


def size(document: dict[str, Any]) -> str:
    """Accuracy against size; float32 is the table before anything is rounded or left out."""
    groups: dict[str, list[Run]] = {}
    for cell in document["cells"]:
        groups.setdefault(cell["set"], []).append(cell)
    sizes = [found["max_mb"] for found in document["cells"][0]["sizes"]]
    rows = []
    for name, cells in sorted(groups.items()):
        whole = spread([cell["float32"]["accuracy"] for cell in cells])
        mean_bytes = statistics.fmean(cell["float32"]["bytes"] for cell in cells)
        columns = [_at(cells, position) for position in range(len(sizes))]
        rows.append([name, str(len(cells)), *columns, f"{whole} ({megabytes(mean_bytes)})"])
    heads = [f"at most {one:g} MB" for one in sizes]
    return table(["data", "draws", *heads, "float32, all n-grams"], rows)


def _at(cells: list[Run], position: int) -> str:
    found = [cell["sizes"][position] for cell in cells]
    bits = "/".join(sorted({str(one["bits"]) for one in found}, reverse=True))
    return f"{spread([one['accuracy'] for one in found])} ({bits} bit)"


def bigtable(document: dict[str, Any]) -> str:
    """A long table in one go and in pieces."""
    unbroken, last = document["unbroken"], document["last"]
    peak = max([unbroken["peak_mb"], last["peak_mb"], *(k["peak_mb"] for k in document["killed"])])
    stops = ", ".join(f"{kill['rows']:,}" for kill in document["killed"])
    rows = [
        ["rows; bytes in; bytes out", f"{count(document['rows'])}; "
         f"{document['input_bytes'] / 1e9:.2f} GB; {document['output_bytes'] / 1e9:.2f} GB"],
        ["unbroken", f"{unbroken['wall_s']:.0f} s, {unbroken['peak_mb']:.0f} MiB"],
        ["killed behind row", stops],
        ["largest peak of all processes", f"{peak:.0f} MiB"],
        ["the pieces are the unbroken file, byte for byte", "yes" if document["equal"] else "no"],
    ]  # fmt: skip
    return table(["`nanonet predict` on a long table", "measured"], rows)


def by_rate(run: Run) -> list[str]:
    """The methods of a run, the quickest first."""
    return sorted(run["methods"], key=lambda name: -run["methods"][name]["per_s"])


def named(run: Run) -> str:
    """A set and how long its texts are."""
    kind = f"{_KINDS[run['set']]}, " if run["set"] in _KINDS else ""
    return f"{run['set']} ({kind}{run['methods']['nano']['characters']} characters)"


def times(ratio: float) -> str:
    """A ratio, to three figures or whole."""
    if ratio == 1:
        return "1"
    return f"{ratio:,.0f} x" if ratio >= 100 else f"{ratio:.3g} x"


def microseconds(value: float) -> str:
    """A time in the unit that suits it."""
    if value < 1000:
        return f"{value:.3g} µs"
    return f"{value / 1000:.3g} ms"
