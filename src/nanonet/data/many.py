"""Tables whose rows may carry several labels, one, or explicitly none."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from nanonet.data._checks import notes_on_labels
from nanonet.data._sets import SEPARATOR, Sets, flags_to_sets, holds_sets, to_sets
from nanonet.data.rows import need_column, open_table
from nanonet.data.tables import Gathered, gather, labelled_of, note_long, refuse_empty
from nanonet.data.types import Labelled
from nanonet.errors import UserError

__all__ = ["ManyLabelled", "ManyTest", "as_one", "joined", "read_any_labelled", "read_many_test"]

PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class ManyLabelled:
    """Texts whose label sets may be learned from: names in order, () where none applies."""

    texts: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        _same_length(self.texts, self.labels)


@dataclass(frozen=True)
class ManyTest:
    """Texts with label sets for the final score only."""

    # pytest collects classes whose name holds "Test"; this one is no test case.
    __test__ = False

    texts: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        _same_length(self.texts, self.labels)


def joined(names: Sequence[str]) -> str:
    """A label set as one string, in one way only; what copies are compared by.

    >>> joined(["spam", "ad"])
    'ad|spam'
    """
    return SEPARATOR.join(sorted(names))


def as_one(texts: Sequence[str], labels: Sequence[Sequence[str]]) -> Labelled:
    """The rows with each label set as one name, for the guard and for fingerprints."""
    return Labelled(tuple(texts), tuple(joined(names) for names in labels))


def read_any_labelled(
    path: PathLike,
    text: str = "text",
    label: Sequence[str] = ("label",),
    notes: list[str] | None = None,
) -> Labelled | ManyLabelled:
    """Read labelled rows of either kind; the table says which.

    Several ``label`` columns hold 0 or 1 each. A single one holds several labels a row where its
    cells are lists, or where it is called ``labels`` and some cell holds a ``|``. An empty cell of
    such a column says that no class applies; a missing one (null) is refused.
    Raises :class:`UserError` for everything that cannot be learned from.
    """
    notes = [] if notes is None else notes
    read, columns = _gathered(path, text, label)
    if len(columns) == 1 and not holds_sets(columns[0], read.cells[columns[0]]):
        return labelled_of(read, columns[0], text, notes)
    sets = _sets(read, columns)
    refuse_empty(read, text)
    notes.extend(sets.notes)
    notes.extend(_check(read, sets))
    notes.extend(note_long(read))
    return ManyLabelled(tuple(read.texts), sets.rows, sets.classes)


def read_many_test(
    path: PathLike,
    text: str = "text",
    label: Sequence[str] = ("label",),
    notes: list[str] | None = None,
) -> ManyTest:
    """Read test rows with any number of labels each; empty texts stay, missing labels do not."""
    read, columns = _gathered(path, text, label)
    sets = _sets(read, columns)
    notes = [] if notes is None else notes
    notes.extend(sets.notes)
    empty = read.empty()
    if empty:
        notes.append(f"{read.source.name}, {read.where(empty)}: empty text; scored as it is")
    return ManyTest(tuple(read.texts), sets.rows)


def _gathered(path: PathLike, text: str, label: Sequence[str]) -> tuple[Gathered, list[str]]:
    source = open_table(path)
    need_column(source, text, "--text")
    columns = list(dict.fromkeys(label))
    if columns == ["label"] and "label" not in source.columns and "labels" in source.columns:
        columns = ["labels"]
    for column in columns:
        need_column(source, column, "--label")
    return gather(source, text, columns), columns


def _sets(read: Gathered, columns: Sequence[str]) -> Sets:
    source, numbers = read.source, read.numbers
    if len(columns) > 1:
        return flags_to_sets(source, {name: read.cells[name] for name in columns}, numbers)
    return to_sets(source, columns[0], read.cells[columns[0]], numbers)


def _check(read: Gathered, sets: Sets) -> list[str]:
    """Every class needs a row with it and a row without; notes on those that look like slips."""
    name, rows = read.source.name, len(sets.rows)
    if len(sets.classes) < 2:
        raise UserError(
            f"{name}: the rows hold {len(sets.classes)} different labels; several labels a text "
            "need at least two, and one question is a table with the labels 'yes' and 'no'"
        )
    counts = dict.fromkeys(sets.classes, 0)
    for names in sets.rows:
        for one in names:
            counts[one] += 1
    for one, seen in counts.items():
        if seen in (0, rows):
            which = "no row" if not seen else f"each of the {rows} rows"
            raise UserError(
                f"{name}: {which} has the label {one!r}; a label needs rows with it and rows "
                "without, so add some or leave it out"
            )
    flat = [(one, number) for names, number in zip(sets.rows, read.numbers, strict=True)
            for one in names]  # fmt: skip
    return notes_on_labels(
        name, read.source.unit, [one for one, _ in flat], [number for _, number in flat]
    )


def _same_length(texts: tuple[str, ...], labels: tuple[tuple[str, ...], ...]) -> None:
    if len(texts) != len(labels):
        raise ValueError(f"{len(texts)} texts but {len(labels)} label sets")
