"""Cells that hold any number of labels: joined names, lists, or a column of 0 and 1 a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nanonet.data._chunks import Source
from nanonet.errors import UserError

SEPARATOR = "|"
_YES, _NO = {"1", "1.0", "true"}, {"0", "0.0", "false"}


@dataclass(frozen=True)
class Sets:
    """A tuple of class names a row, sorted as ``classes`` are, and what is worth telling."""

    rows: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()


def holds_sets(column: str, values: Sequence[object]) -> bool:
    """Whether a column holds label sets: lists, or, where it is named ``labels``, joined names.

    Empty cells alone do not make it one: they may as well be forgotten ones.
    """
    if any(isinstance(value, (list, tuple)) for value in values):
        return True
    return column == "labels" and any(
        isinstance(value, str) and SEPARATOR in value for value in values
    )


def to_sets(source: Source, column: str, values: Sequence[object], numbers: Sequence[int]) -> Sets:
    """Cells to sets: names joined by ``|`` or a list of them; "" and [] are the empty set."""
    rows = []
    for number, value in zip(numbers, values, strict=True):
        where = f"{source.name}, {source.unit} {number}, column {column!r}"
        if value is None or value != value:  # NaN, the empty cell of many a Parquet writer
            raise UserError(
                f"{where}: the labels are missing; an empty list says that none applies, and rows "
                "that nobody looked at belong in the pool"
            )
        rows.append(_names(where, value))
    classes = tuple(sorted({name for names in rows for name in names}))
    bare = sum(not names for names in rows)
    note = f"{source.name}, column {column!r}: rows without any label, read as such: {bare}"
    return Sets(tuple(rows), classes, (note,) if bare else ())


def flags_to_sets(
    source: Source, columns: Mapping[str, Sequence[object]], numbers: Sequence[int]
) -> Sets:
    """A column of 0 and 1 for each class to sets; the classes stay in the columns' order."""
    for column in columns:
        if SEPARATOR in column:
            raise UserError(f"{source.name}: the label column {column!r} has a | in its name")
    held: list[list[str]] = [[] for _ in numbers]
    for column, values in columns.items():
        for row, (number, value) in enumerate(zip(numbers, values, strict=True)):
            if _flag(source, number, column, value):
                held[row].append(column)
    bare = sum(not names for names in held)
    note = f"{source.name}: rows without any label, read as such: {bare}"
    return Sets(tuple(map(tuple, held)), tuple(columns), (note,) if bare else ())


def _flag(source: Source, number: int, column: str, value: Any) -> bool:
    said = "" if value is None or value != value else str(value).strip().lower()
    if said in _YES or said in _NO:
        return said in _YES
    seen = f"holds {str(value)[:40]!r}" if said else "is empty"
    raise UserError(
        f"{source.name}, {source.unit} {number}, column {column!r}: {seen}; with several label "
        "columns each holds 1 (the label applies) or 0 (it does not), and rows that nobody looked "
        "at belong in the pool"
    )


def _names(where: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, (list, tuple)):
        parts = [_listed(where, one) for one in value]
    else:
        said = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        parts = [part.strip() for part in said.split(SEPARATOR)] if said.strip() else []
        if not all(parts):
            raise UserError(f"{where}: holds {said[:60]!r}, with nothing beside a |; fill it in")
    return tuple(sorted(set(parts)))


def _listed(where: str, value: Any) -> str:
    name = "" if value is None or isinstance(value, (list, dict)) else str(value).strip()
    if not name or SEPARATOR in name:
        raise UserError(
            f"{where}: the list of labels holds {str(value)[:40]!r}; a label is a name without a |"
        )
    return name
