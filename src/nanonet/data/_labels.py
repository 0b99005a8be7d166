"""Label cells to class names, and the refusal of tables that carry several labels a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from nanonet.data._chunks import Source
from nanonet.data._sets import holds_sets
from nanonet.data.rows import need_column
from nanonet.errors import UserError


@dataclass(frozen=True)
class Labels:
    """One class name a row, and what is worth telling about how they were read."""

    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def label_column(source: Source, label: str | Sequence[str]) -> str:
    """The one column that holds the labels; several of them mean multi-label and are refused."""
    names = [label] if isinstance(label, str) else list(label)
    if len(names) > 1:
        _refuse_multi(source.name, f"{len(names)} label columns were given ({', '.join(names)})")
    if names == ["label"] and "label" not in source.columns and "labels" in source.columns:
        # The usual name for several labels a row; to_labels looks at the values.
        return "labels"
    need_column(source, names[0], "--label")
    return names[0]


def to_labels(
    source: Source, column: str, values: Sequence[object], numbers: Sequence[int]
) -> Labels:
    """Cells to names: blanks trimmed, 1 and 1.0 to "1", empty cells and lists refused."""
    names = []
    numeric = 0
    for number, value in zip(numbers, values, strict=True):
        if isinstance(value, list | tuple | dict | set):
            _refuse_multi(source.name, f"{source.unit} {number} holds a list of labels")
        name = _name(value)
        if not name:
            if holds_sets(column, values):  # then an empty cell is a set, and no slip
                _refuse_multi(source.name, f"{source.unit} {number} holds none of them")
            raise UserError(
                f"{source.name}, {source.unit} {number}, column {column!r}: the label is empty; "
                "fill it in, or move rows without a label to the pool"
            )
        numeric += isinstance(value, int | float) and not isinstance(value, bool)
        names.append(name)
    _refuse_joined(source, column, names, numbers)
    return Labels(tuple(names), _number_note(source, column, names, numeric))


def _name(value: object) -> str:
    if value is None or value != value:  # NaN, the empty cell of many a Parquet writer
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _number_note(
    source: Source, column: str, names: Sequence[str], numeric: int
) -> tuple[str, ...]:
    distinct = sorted(set(names))
    if not numeric and not all(_is_number(name) for name in distinct):
        return ()
    shown = ", ".join(repr(name) for name in distinct[:4])
    return (
        f"{source.name}, column {column!r}: the labels are numbers and are read as class names "
        f"({shown}{', ...' if len(distinct) > 4 else ''}), without their order",
    )


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def _refuse_joined(
    source: Source, column: str, names: Sequence[str], numbers: Sequence[int]
) -> None:
    """A ``|`` means several labels when the column says so or when its parts are labels too."""
    known = set(names)
    for number, name in zip(numbers, names, strict=True):
        parts = [part.strip() for part in name.split("|")]
        if len(parts) > 1 and (column == "labels" or known.intersection(parts)):
            _refuse_multi(source.name, f"{source.unit} {number} holds {name[:60]!r}")


def _refuse_multi(name: str, seen: str) -> NoReturn:
    raise UserError(
        f"{name}: several labels a row ({seen}), and here each row must have one; nanonet fit "
        "learns several from a column named 'labels' (joined by |), from lists, or from columns of "
        "0 and 1 (--label A --label B)"
    )
