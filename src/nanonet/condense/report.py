"""A condensed table for people: Markdown, lines for a terminal, and a few-shot prompt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nanonet.condense.result import Condensed, Item

SHOWN = 240  # characters of a text shown in tables


def by_class(condensed: Condensed) -> Iterator[tuple[str, list[Item]]]:
    """The items of each class in the classes' order, heaviest first."""
    for name in condensed.classes:
        own = [item for item in condensed.items if item.label == name]
        yield name, sorted(own, key=lambda item: -item.weight)


def shares(item: Item, classes: tuple[str, ...], least: float = 0.01) -> list[tuple[str, float]]:
    """The classes of a soft label with at least ``least``, largest first."""
    pairs = [pair for pair in zip(classes, item.labels, strict=True) if pair[1] >= least]
    return sorted(pairs, key=lambda pair: -pair[1])


def figures(facts: dict[str, Any]) -> list[tuple[str, float, str]]:
    """Name, accuracy on the held-out rows, and its share of the whole table's."""
    held = facts["held_out"]
    if not held.get("rows"):
        return []
    full = held["full"]
    rows = [("whole table", full, "")]
    rows += [(n, a, f"{a / max(full, 1e-9):.1%}") for n, a in held["accuracy"].items()]
    return rows


def summary(condensed: Condensed) -> str:
    """What a person should know at the end of a run."""
    facts, table = condensed.facts, condensed.facts["table"]
    lines = [f"note: {note}" for note in facts["guard"]["notes"]]
    lines.append(
        f"kept           {len(condensed.items):,} of {table['rows']:,} rows in "
        f"{len(condensed.classes)} classes by {facts['method']}: {facts['what']}"
    )
    lines.append(f"readouts       {', '.join(condensed.trained.readouts)}")
    rows = figures(facts)
    if not rows:
        return "\n".join([*lines, "held out       nothing: no class has ten rows, so no accuracy"])
    lines.append(f"held out       {facts['held_out']['rows']:,} rows; nothing was chosen by them")
    for name, accuracy, share in rows:
        lines.append(f"                 {name:<15} {accuracy:6.1%}  {share}")
    return "\n".join(lines)


def markdown(condensed: Condensed) -> str:
    """The page README.md of the folder."""
    facts, own = condensed.facts, condensed.trained
    lines = [
        "# Condensed training set",
        "",
        f"{len(condensed.items)} rows that stand for {facts['table']['rows']:,} "
        f"(method `{facts['method']}`: {facts['what']}). Learn from them with",
        "`nanonet fit FOLDER --out MODEL`.",
        "",
        f"Made for the encoder `{own.encoder}` ({own.fingerprint[:12]}), readouts "
        f"{', '.join(own.readouts)}. The soft labels hold for all rows together: a row taken out "
        "or changed changes what the others teach.",
        "",
        *_figure_lines(facts),
    ]
    for name, items in by_class(condensed):
        lines += [f"## {one_line(name)}", "", "| row | weight | taught as | text |"]
        lines += ["| ---: | ---: | --- | --- |"]
        for item in items:
            taught = ", ".join(f"{n} {s:.0%}" for n, s in shares(item, condensed.classes)[:4])
            text = one_line(item.text)[:SHOWN]
            lines.append(f"| {item.source} | {item.weight:.2f} | {_cell(taught)} | {_cell(text)} |")
        lines.append("")
    return "\n".join(lines)


def _figure_lines(facts: dict[str, Any]) -> list[str]:
    rows = figures(facts)
    if not rows:
        return ["No rows could be held out, so nothing was measured.", ""]
    lines = [f"Accuracy on {facts['held_out']['rows']:,} rows held out of the table:", ""]
    lines += ["| learned from | accuracy | of the whole table's |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {accuracy:.3f} | {share} |" for name, accuracy, share in rows]
    return [*lines, ""]


def prompt(condensed: Condensed) -> str:
    """A few-shot prompt: instruction, the texts with their classes in turn, an open last line.

    Classes take turns, so that a model does not read a class off the order.
    """
    names = ", ".join(one_line(name) for name in condensed.classes)
    groups = [items for _, items in by_class(condensed)]
    turns = [g[i] for i in range(max(map(len, groups))) for g in groups if i < len(g)]
    shots = [f"Text: {one_line(item.text)}\nClass: {one_line(item.label)}\n" for item in turns]
    head = f"Classify the text. Answer with one of these classes and nothing else: {names}.\n"
    return "\n".join([head, *shots, "Text: {text}\nClass:"])


def one_line(text: str) -> str:
    """White space of any kind as single blanks."""
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
