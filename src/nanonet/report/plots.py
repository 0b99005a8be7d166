"""The pictures of the report. Each comes with a sentence for those who do not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nanonet.report._svg import BAND, LINE, MAIN, OTHER, SOFT, drawing, inline, legend
from nanonet.report.overview import TableView, bins_of_words
from nanonet.report.scores import Scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nanonet.report.forecast import Forecast


def lengths_plot(tables: tuple[TableView, ...]) -> str:
    """Shares of the texts by their number of words, one line of bars a table."""
    figure, axes = drawing(4.8, 2.7)
    used = [at for table in tables for at, n in enumerate(table.lengths) if n]
    bins = slice(min(used), max(used) + 1)
    names = bins_of_words()[bins]
    place = np.arange(len(names))
    width = 0.8 / len(tables)
    for at, table in enumerate(tables):
        share = np.array(table.lengths[bins]) / table.rows
        colour = (MAIN, OTHER, SOFT)[at]
        axes.bar(place + (at - (len(tables) - 1) / 2) * width, share, width, color=colour,
                 label=table.role)  # fmt: skip
    axes.set_xticks(place, names)
    axes.set_xlabel("words in a text")
    axes.set_ylabel("share of the texts")
    axes.grid(visible=False, axis="x")
    _percent(axes, "y")
    legend(axes)
    told = "; ".join(
        f"{table.role}: half of the texts have {table.words[1]} words or fewer, the longest "
        f"{table.words[3]}"
        for table in tables
    )
    return inline(figure, "lengths", "Lengths of the texts", told)


def reliability_plot(scores: Scores) -> str:
    """Confidence against the share that is right, with 95 % intervals."""
    figure, axes = drawing()
    sure = np.array([one.confidence for one in scores.bins])
    right = np.array([one.accuracy for one in scores.bins])
    ends = np.array([[one.low, one.high] for one in scores.bins])
    low = max(0.0, min(float(sure.min()), float(ends.min())) - 0.05)
    axes.plot([low, 1], [low, 1], color=SOFT, linewidth=1.2, linestyle="--", label="ideal")
    axes.errorbar(sure, right, np.abs(ends.T - right), color=MAIN, marker="o", capsize=3,
                  linewidth=1.4, label="seen, 95 %")  # fmt: skip
    axes.set_xlim(low, 1.02)
    axes.set_ylim(low, 1.02)
    axes.set_xlabel("confidence told")
    axes.set_ylabel("share that was right")
    _percent(axes, "xy")
    legend(axes)
    told = "; ".join(
        f"told {one.confidence:.0%}, right {one.accuracy:.0%} of {one.rows}" for one in scores.bins
    )
    return inline(figure, "reliability", "Confidence told against the share that was right", told)


def risk_plot(scores: Scores) -> str:
    """Answering only the surest: how many of the answers are wrong."""
    figure, axes = drawing()
    kept = [one.coverage for one in scores.risk]
    wrong = [one.error for one in scores.risk]
    bound = [one.bound for one in scores.risk]
    axes.fill_between(kept, wrong, bound, color=BAND, linewidth=0, label="perhaps (95 %)")
    axes.plot(kept, wrong, color=MAIN, label="wrong answers seen")
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, min(1.0, max(0.1, 2.5 * max(wrong), 1.3 * bound[-1])))
    axes.set_xlabel("share of the texts that is answered, the surest first")
    axes.set_ylabel("wrong among the answers")
    _percent(axes, "xy")
    legend(axes)
    picks = [min(scores.risk, key=lambda one: abs(one.coverage - at)) for at in (0.5, 0.8, 1.0)]
    told = "; ".join(f"{p.coverage:.0%} answered: {p.error:.1%} of these wrong" for p in picks)
    return inline(figure, "risk", "Wrong answers against the share that is answered", told)


def forecast_plot(found: Forecast) -> str:
    """Accuracy against the number of labels, and on from there."""
    figure, axes = drawing()
    size, middle, low, high = (np.array(column) for column in zip(*found.curve, strict=True))
    axes.fill_between(size, low, high, color=BAND, linewidth=0, label="80 % interval")
    axes.plot(size, middle, color=MAIN, linestyle="--", linewidth=1.4, label="law")
    axes.plot([p.labels for p in found.points], [p.accuracy for p in found.points], "o",
              color=MAIN, label="measured")  # fmt: skip
    axes.axvline(found.labels, color=SOFT, linewidth=1.2, linestyle=":")
    axes.annotate("labels now", (found.labels, 0.02), xycoords=("data", "axes fraction"),
                  xytext=(5, 0), textcoords="offset points", color=SOFT)  # fmt: skip
    axes.set_xlabel("labelled texts")
    axes.set_ylabel("accuracy on hidden labels")
    _percent(axes, "y")
    legend(axes)
    told = "; ".join(f"{p.labels} labels: {p.accuracy:.0%}" for p in found.points)
    return inline(figure, "forecast", "Accuracy against the number of labels", told)


def trials_plot(trials: list[tuple[str, float, float]]) -> str:
    """Accuracies of the gate's candidates with one standard error: (name, accuracy, error)."""
    figure, axes = drawing(4.8, 0.5 * len(trials) + 0.9)
    place = np.arange(len(trials))[::-1]
    for at, (_, accuracy, error) in zip(place, trials, strict=True):
        axes.errorbar([accuracy], [at], xerr=[[error], [error]], color=MAIN, marker="o", capsize=4)
    axes.set_yticks(place, [name for name, _, _ in trials])
    axes.set_ylim(-0.6, len(trials) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("right on hidden labels, ± standard error")
    _percent(axes, "x")
    told = "; ".join(f"{name}: {accuracy:.1%} ± {error:.1%}" for name, accuracy, error in trials)
    return inline(figure, "trials", "What was tried, on hidden labels", told)


def _percent(axes: Axes, which: str) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    for letter in which:
        axis = axes.xaxis if letter == "x" else axes.yaxis
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], min_n_ticks=3))
        axis.set_major_formatter(FuncFormatter(lambda share, _: f"{round(100 * share, 2):g} %"))
    axes.tick_params(color=LINE)
