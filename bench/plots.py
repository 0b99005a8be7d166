"""``python -m bench.plots``: the pictures of docs/speed.md from ``bench/results``, the same bytes.

``size-accuracy.svg``: accuracy of nano against its size. ``rates.svg``: texts a second.
``latency.svg``: single calls. Needs the ``bench`` extra (matplotlib).
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bench._options import RESULTS
from bench.protocol import REPOSITORY
from bench.speed_methods import METHODS

FOLDER = REPOSITORY / "docs" / "img"
_OURS, _OTHERS = "#1b6ca8", "#b0793a"


def size_accuracy(axes: Any, document: dict[str, Any]) -> None:
    """A line for each set: mean and spread over the draws; dashed: float32, all n-grams."""
    sets = sorted({cell["set"] for cell in document["cells"]})
    for number, name in enumerate(sets):
        cells = [cell for cell in document["cells"] if cell["set"] == name]
        points: dict[float, list[float]] = {}
        for cell in cells:
            for found in cell["sizes"]:
                points.setdefault(found["max_mb"], []).append(100 * found["accuracy"])
        means = [statistics.fmean(values) for values in points.values()]
        errors = [statistics.stdev(v) if len(v) > 1 else 0.0 for v in points.values()]
        colour = f"C{number}"
        axes.errorbar(list(points), means, errors, marker="o", capsize=3, label=name, color=colour)
        whole = statistics.fmean(100 * cell["float32"]["accuracy"] for cell in cells)
        axes.axhline(whole, linestyle="--", linewidth=0.8, color=colour)
    axes.set_xscale("log", base=2)
    axes.set_xticks(sorted(points), [f"{one:g}" for one in sorted(points)])
    axes.set_xlabel("largest size of the nano model, MB")
    axes.set_ylabel("accuracy on the test split, %")
    axes.legend()


def rates(axes: Any, document: dict[str, Any]) -> None:
    """Texts a second of processor time of every method on the first set, logarithmic."""
    run = document["runs"][0]
    names = sorted(run["methods"], key=lambda name: run["methods"][name]["cpu_per_s"])
    values = [run["methods"][name]["cpu_per_s"] for name in names]
    _bars(axes, names, values, "{:,.0f}")
    axes.set_xlabel(f"texts a second of processor time, {run['set']}, {run['threads']} thread(s)")


def latencies(axes: Any, document: dict[str, Any]) -> None:
    """Median of a single call (bar) and its 99th percentile (mark)."""
    run = document["runs"][0]
    names = sorted(run["methods"], key=lambda name: -run["methods"][name]["p50_us"])
    values = [run["methods"][name]["p50_us"] for name in names]
    _bars(axes, names, values, "{:,.3g}")
    late = [run["methods"][name]["p99_us"] for name in names]
    axes.plot(late, range(len(names)), "k|", markersize=10)
    axes.set_xlabel(f"microseconds a call with one text, {run['set']}: median, | 99th percentile")


def _bars(axes: Any, names: list[str], values: list[float], shape: str) -> None:
    titles = [METHODS[name].title for name in names]
    colours = [_OURS if title.startswith("nanonet") else _OTHERS for title in titles]
    bars = axes.barh(range(len(names)), values, color=colours)
    axes.bar_label(bars, [shape.format(value) for value in values], padding=3, fontsize=8)
    axes.set_yticks(range(len(names)), titles)
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 2, max(values) * 6)


#: File -> (result file, how it is drawn).
PLOTS: dict[str, tuple[str, Callable[[Any, dict[str, Any]], None]]] = {
    "size-accuracy.svg": ("size.json", size_accuracy),
    "rates.svg": ("runtime.json", rates),
    "latency.svg": ("runtime.json", latencies),
}


def draw(results: Path, folder: Path) -> list[Path]:
    """Write every picture whose result file is there."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    # A fixed salt and no date: the same results give the same bytes.
    pyplot.rcParams.update({"svg.hashsalt": "nanonet", "svg.fonttype": "none", "font.size": 9})
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (source, plot) in PLOTS.items():
        if not (results / source).is_file():
            continue
        figure, axes = pyplot.subplots(figsize=(7, 3.6), layout="constrained")
        plot(axes, json.loads((results / source).read_text(encoding="utf-8")))
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(folder / name, metadata={"Date": None})
        pyplot.close(figure)
        written.append(folder / name)
    return written


@click.command()
@click.option("--results", type=click.Path(path_type=Path), default=RESULTS)
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER)
def main(results: Path, folder: Path) -> None:
    """Draw what was measured."""
    for path in draw(results, folder):
        click.echo(path)


if __name__ == "__main__":
    main()
