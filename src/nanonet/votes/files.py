"""Votes as a table on the disk: text, label, probability, source, cost."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from nanonet.data import (
    Answers,
    Mark,
    Source,
    check_target,
    format_of,
    need_column,
    open_table,
    write_table,
)
from nanonet.errors import UserError
from nanonet.votes.table import ABSTAIN, VoteTable

_COLUMNS = ("label", "probability", "source", "cost")
_SHOWN = 10


def read_votes(
    path: str | os.PathLike[str],
    texts: Sequence[str],
    classes: Sequence[str],
    text: str = "text",
) -> VoteTable:
    """Read votes on ``texts`` (doc: first position of the text) for ``classes``, by name.

    The columns ``text`` and ``label`` must be there; an empty label abstains. ``probability`` is 1
    where it is not given, ``source`` the word 'votes', ``cost`` 0. Raises :class:`UserError` for a
    text that is not among ``texts``, a name that is not among ``classes``, and for numbers out of
    range, with file and line.
    """
    source = open_table(path)
    need_column(source, text, "--text")
    if "label" not in source.columns:
        raise UserError(
            f"{source.name}: no column 'label'; a table of votes has text and label, and may have "
            "probability, source and cost"
        )
    reader = _Reader(source, texts, classes)
    for chunk in source.chunks:
        columns = [chunk.column(text)]
        for name in _COLUMNS:
            there = name in source.columns
            columns.append(chunk.column(name) if there else [None] * len(chunk.numbers))
        for number, *cells in zip(chunk.numbers, *columns, strict=True):
            reader.take(number, *cells)
    return reader.table()


class _Reader:
    """Gathers cells to columns, refusing what a person must mend."""

    def __init__(self, source: Source, texts: Sequence[str], classes: Sequence[str]) -> None:
        self.name, self.unit, self.classes = source.name, source.unit, classes
        self.row = {text: i for i, text in reversed(list(enumerate(texts)))}
        self.number = {name: i for i, name in enumerate(classes)}
        self.columns: tuple[list[Any], ...] = ([], [], [], [], [])

    def take(self, line: int, text: Any, label: Any, probability: Any, by: Any, cost: Any) -> None:
        where = f"{self.name}, {self.unit} {line}"
        values = (
            self._doc(where, text),
            self._label(where, label),
            self._number(where, "probability", probability, 1.0, 1.0),
            "votes" if by is None or not str(by).strip() else str(by).strip(),
            self._number(where, "cost", cost, 0.0, np.inf),
        )
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)

    def table(self) -> VoteTable:
        doc, label, probability, source, cost = self.columns
        if not doc:
            raise UserError(f"{self.name}: the table has a header but no votes; leave it out")
        return VoteTable.of(doc, label, probability, source, cost)

    def _doc(self, where: str, text: Any) -> int:
        if text not in self.row:
            raise UserError(
                f"{where}: votes on a text that is neither in the pool nor among the labelled "
                f"ones: {str(text)[:40]!r}; use the votes with the pool they were cast on"
            )
        return self.row[text]

    def _label(self, where: str, label: Any) -> int:
        name = "" if label is None or label != label else str(label).strip()
        if name and name not in self.number:
            there = ", ".join(self.classes[:_SHOWN])
            more = f" and {len(self.classes) - _SHOWN} more" if len(self.classes) > _SHOWN else ""
            raise UserError(
                f"{where}, column 'label': {name!r} is not among the classes ({there}{more}); "
                "correct it, or leave it empty to abstain"
            )
        return self.number[name] if name else ABSTAIN

    def _number(self, where: str, column: str, cell: Any, default: float, most: float) -> float:
        if cell is None or cell == "" or cell != cell:
            return default
        try:
            value = float(cell)
        except (TypeError, ValueError):
            value = -1.0
        if not 0.0 <= value <= most or value == np.inf:
            allowed = "from 0 to 1" if most == 1.0 else "0 or more"
            raise UserError(
                f"{where}, column {column!r}: holds {str(cell)[:40]!r}; it must be a number "
                f"{allowed}"
            )
        return value


@dataclass(frozen=True)
class _Texts:
    """A chunk with one column, the texts."""

    numbers: Sequence[int]
    mark: Mark
    texts: list[str]

    def column(self, name: str) -> list[Any]:
        return self.texts

    def rows(self) -> list[dict[str, Any]]:
        return [{"text": text} for text in self.texts]


def write_votes(
    path: str | os.PathLike[str],
    table: VoteTable,
    texts: Sequence[str],
    classes: Sequence[str],
) -> None:
    """Write votes as CSV, TSV, JSON Lines or Parquet, by the name's ending, in one piece."""
    check_target(os.fspath(path))
    if not len(table):
        raise UserError(f"{os.fspath(path)}: there are no votes to write")
    names = [*classes, ""]  # the last is at ABSTAIN

    def pieces() -> Iterator[Answers]:
        entries = iter(range(len(table)))
        while at := list(islice(entries, 4096)):
            body = [texts[int(table.doc[i])] for i in at]
            added: dict[str, list[Any]] = {
                "label": [names[int(table.label[i])] for i in at],
                "probability": [round(float(table.probability[i]), 6) for i in at],
                "source": [table.source[i] for i in at],
                "cost": [float(table.cost[i]) for i in at],
            }
            mark = Mark(at[-1] + 1, at[-1] + 2, "", at[-1] + 1)
            yield Answers(_Texts([i + 2 for i in at], mark, body), added)

    name = os.fspath(path)
    write_table(path, Source(name, "line", format_of(name), ("text",), iter(())), pieces())
