"""Read a table into the role it plays: labelled rows, pool, or test rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from nanonet.data._checks import check_classes, notes_on_labels
from nanonet.data._chunks import Source
from nanonet.data._labels import Labels, label_column, to_labels
from nanonet.data.rows import chunk_texts, need_column, open_table
from nanonet.data.types import Labelled, Pool, Test
from nanonet.errors import UserError
from nanonet.text import GramSpec

__all__ = ["read_labelled", "read_pool", "read_test"]

PathLike = str | os.PathLike[str]


@dataclass
class Gathered:
    """What one pass over a table gathered; ``cells`` are the values of each label column."""

    source: Source
    texts: list[str] = field(default_factory=list)
    cells: dict[str, list[object]] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)

    def where(self, numbers: Sequence[int]) -> str:
        """ "lines 2, 5 and 7 more" in the words of this table's format."""
        shown = ", ".join(str(number) for number in numbers[:5])
        more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
        plural = "s" if len(numbers) > 1 else ""
        return f"{self.source.unit}{plural} {shown}{more}"

    def empty(self) -> list[int]:
        pairs = zip(self.numbers, self.texts, strict=True)
        return [number for number, text in pairs if not text.strip()]


def read_labelled(
    path: PathLike,
    text: str = "text",
    label: str | Sequence[str] = "label",
    notes: list[str] | None = None,
) -> Labelled:
    """Read texts with their labels; at least two classes, no empty text and no empty label.

    Warnings (a class seen once, a likely typo, a very long text, labels that are numbers) are
    appended to ``notes``. Raises :class:`UserError` for everything that cannot be learned from.
    """
    source = open_table(path)
    need_column(source, text, "--text")
    column = label_column(source, label)
    return labelled_of(gather(source, text, [column]), column, text, [] if notes is None else notes)


def labelled_of(read: Gathered, column: str, text: str, notes: list[str]) -> Labelled:
    """The labelled rows of what was gathered, with one label each; notes are appended."""
    labels = to_labels(read.source, column, read.cells[column], read.numbers)
    refuse_empty(read, text)
    check_classes(read.source.name, labels.names)
    notes.extend(labels.notes)
    notes.extend(notes_on_labels(read.source.name, read.source.unit, labels.names, read.numbers))
    notes.extend(note_long(read))
    return Labelled(tuple(read.texts), labels.names)


def refuse_empty(read: Gathered, text: str) -> None:
    """Refuse rows without a text."""
    empty = read.empty()
    if empty:
        raise UserError(
            f"{read.source.name}, {read.where(empty)}: the text in column {text!r} is empty; "
            "fill it in or remove the row"
        )


def read_test(
    path: PathLike,
    text: str = "text",
    label: str | Sequence[str] = "label",
    notes: list[str] | None = None,
) -> Test:
    """Read test rows; empty texts stay (a model answers them too), empty labels are refused."""
    read, labels = _read_with_labels(path, text, label)
    notes = [] if notes is None else notes
    notes.extend(labels.notes)
    empty = read.empty()
    if empty:
        notes.append(f"{read.source.name}, {read.where(empty)}: empty text; scored as it is")
    return Test(tuple(read.texts), labels.names)


def read_pool(path: PathLike, text: str = "text", notes: list[str] | None = None) -> Pool:
    """Read texts without labels; empty ones are left out with a note."""
    source = open_table(path)
    need_column(source, text, "--text")
    read = gather(source, text, ())
    notes = [] if notes is None else notes
    empty = read.empty()
    if empty:
        notes.append(f"{source.name}, {read.where(empty)}: empty text, left out of the pool")
    notes.extend(note_long(read))
    return Pool(tuple(text for text in read.texts if text.strip()))


def _read_with_labels(
    path: PathLike, text: str, label: str | Sequence[str]
) -> tuple[Gathered, Labels]:
    source = open_table(path)
    need_column(source, text, "--text")
    column = label_column(source, label)
    read = gather(source, text, [column])
    return read, to_labels(source, column, read.cells[column], read.numbers)


def gather(source: Source, text: str, labels: Sequence[str]) -> Gathered:
    """Read a table through: its texts and the cells of the label columns, at least one row."""
    read = Gathered(source, cells={name: [] for name in labels})
    for chunk in source.chunks:
        read.texts.extend(chunk_texts(source, chunk, text)[0])
        read.numbers.extend(chunk.numbers)
        for name in labels:
            read.cells[name].extend(chunk.column(name))
    if not read.texts:
        raise UserError(f"{source.name}: the table has a header but no rows; it needs at least one")
    return read


def note_long(read: Gathered) -> list[str]:
    """A sentence on texts of which the end is not read."""
    limit = GramSpec().max_chars
    long = [n for n, text in zip(read.numbers, read.texts, strict=True) if len(text) > limit]
    if not long:
        return []
    longest = max(map(len, read.texts))
    return [
        f"{read.source.name}, {read.where(long)}: longer than {limit:,} characters "
        f"(up to {longest:,}); what follows the first {limit:,} is not read"
    ]
