"""One parser a format: lines to columns and chunks of numbered rows."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from nanonet.data._chunks import (
    CHUNK_BYTES,
    CellsChunk,
    Chunk,
    Mark,
    Plan,
    Row,
    RowsChunk,
    Source,
    TableChanged,
)
from nanonet.data._feed import Feed
from nanonet.data._stream import Opened
from nanonet.errors import UserError

# csv refuses fields over 128 KiB unless told otherwise; a long document is no error here. The limit
# is the process's, so it is only ever raised. 2**31 - 1 is the largest value every platform takes.
_FIELD_LIMIT = 2**31 - 1
_STEP = 128


def parse(opened: Opened, plan: Plan) -> Source:
    """Read the header (or the first row) and return the table as a stream of chunks."""
    if opened.format.kind == "parquet":
        from nanonet.data._parquet_in import parquet_source

        return parquet_source(opened, plan)
    lines = _Lines(opened, plan)
    if opened.format.kind == "csv":
        columns, chunks = _separated(lines, ",")
    elif opened.format.kind == "tsv":
        columns, chunks = _separated(lines, "\t")
    elif opened.format.kind == "jsonl":
        columns, chunks = _json(lines)
    else:
        columns, chunks = _text(lines)
    return Source(opened.name, "line", opened.format, columns, chunks, opened.size)


class _Lines:
    """A table's lines, and the bounds and marks of its chunks."""

    def __init__(self, opened: Opened, plan: Plan) -> None:
        self.name = opened.name
        self.after = plan.after
        self._opened, self._plan = opened, plan
        self._feed = Feed(opened, hashed=plan.hashed)
        self._limit = CHUNK_BYTES

    def take(self) -> Iterator[str]:
        """The lines from here on."""
        return self._feed.lines()

    def behind(self, mark: Mark) -> Iterator[str]:
        """The lines behind the mark, if those before it are what they were."""
        if not self._feed.skip(mark.lines) or self._feed.digest(mark.lines) != mark.digest:
            raise TableChanged(f"{self.name}: the rows read before have changed")
        self._limit = self._feed.loaded + CHUNK_BYTES
        return self.take()

    def enough(self, rows: int) -> bool:
        """Whether a chunk of so many rows is to end here."""
        if rows < self._plan.chunk_rows and (self._feed.loaded < self._limit or not rows):
            return False
        self._limit = self._feed.loaded + CHUNK_BYTES
        return True

    def room(self, rows: int, line: int) -> int:
        """How many rows may be taken at once: few, and of the block that is loaded where it can be,
        so that long rows do not pile up."""
        return max(1, min(_STEP, self._plan.chunk_rows - rows, self._feed.count - line))

    def mark(self, rows: int, line: int) -> Mark:
        """The mark behind ``rows`` rows that end with line ``line``."""
        return Mark(rows, line, self._feed.digest(line), self._opened.stored())

    def end(self, rows: int) -> Mark:
        """The mark behind everything, blank lines at the end included."""
        return self.mark(rows, self._feed.count)

    def empty(self) -> NoReturn:
        raise UserError(f"{self.name}: the table is empty; it needs a header and at least one row")


Parsed = tuple[tuple[str, ...], Iterator[Chunk]]


def _text(lines: _Lines) -> Parsed:
    taken = lines.take()
    first = next(taken, None)
    if first is None:
        lines.empty()
    if lines.after is not None:
        return ("text",), _text_chunks(lines, lines.behind(lines.after), lines.after)
    return ("text",), _text_chunks(lines, itertools.chain([first], taken), Mark.start())


def _text_chunks(lines: _Lines, taken: Iterable[str], start: Mark) -> Iterator[Chunk]:
    number, begin = start.lines, start.lines
    cells: list[list[str]] = []
    for number, line in enumerate(taken, start.lines + 1):
        cells.append([line.rstrip("\r\n")])
        if lines.enough(len(cells)):
            numbers = list(range(begin + 1, number + 1))
            yield CellsChunk(numbers, lines.mark(number, number), ("text",), cells)
            begin, cells = number, []
    if cells:
        numbers = list(range(begin + 1, number + 1))
        yield CellsChunk(numbers, lines.end(number), ("text",), cells)


def _json(lines: _Lines) -> Parsed:
    objects = _objects(lines, lines.take(), 0)
    first = next(objects, None)
    if first is None:
        lines.empty()
    if lines.after is not None:
        mark = lines.after
        objects = _objects(lines, lines.behind(mark), mark.lines)
        return tuple(first[1]), _json_chunks(lines, objects, mark)
    return tuple(first[1]), _json_chunks(lines, itertools.chain([first], objects), Mark.start())


def _json_chunks(lines: _Lines, objects: Iterable[tuple[int, Row]], start: Mark) -> Iterator[Chunk]:
    done = start.rows
    numbers: list[int] = []
    rows: list[Row] = []
    for number, row in objects:
        numbers.append(number)
        rows.append(row)
        if lines.enough(len(rows)):
            done += len(rows)
            yield RowsChunk(numbers, lines.mark(done, number), rows)
            numbers, rows = [], []
    if rows:
        yield RowsChunk(numbers, lines.end(done + len(rows)), rows)


def _objects(lines: _Lines, taken: Iterator[str], before: int) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(taken, before + 1):
        if line.isspace():
            continue
        try:
            value = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise UserError(
                f"{lines.name}, line {number}: not JSON ({error}); each line must hold one object"
            ) from error
        if not isinstance(value, dict):
            raise UserError(
                f"{lines.name}, line {number}: holds {type(value).__name__} "
                f'{str(value)[:40]!r}; each line must hold one object such as {{"text": "..."}}'
            )
        yield number, value


def _separated(lines: _Lines, delimiter: str) -> Parsed:
    csv.field_size_limit(max(_FIELD_LIMIT, csv.field_size_limit()))
    cells = _Cells(lines.name, lines.take(), delimiter, 0)
    _, header = cells.some(1)
    if not header:
        lines.empty()
    columns = tuple(name.strip() for name in header[0])
    doubled = sorted({name for name in columns if columns.count(name) > 1})
    if doubled:
        raise UserError(f"{lines.name}, line 1: column {doubled[0]!r} stands twice in the header")
    start = Mark.start()
    if lines.after is not None:
        start = lines.after
        cells = _Cells(lines.name, lines.behind(start), delimiter, start.lines)
    return columns, _cells_chunks(lines, cells, columns, start.rows)


class _Cells:
    """Rows of cells with the line each starts on (a quoted cell may span several)."""

    def __init__(self, name: str, taken: Iterator[str], delimiter: str, before: int) -> None:
        self._name, self._before = name, before
        self._reader: Any = csv.reader(taken, delimiter=delimiter, strict=True)

    @property
    def line(self) -> int:
        """The last line read."""
        return self._before + int(self._reader.line_num)

    def some(self, count: int) -> tuple[list[int], list[list[str]]]:
        """The next rows, ``count`` of them with the blank ones that are left out; none at the end.

        They are taken in one go: a step of Python for each row would take as long as the parsing.
        """
        first = self.line + 1
        rows: list[list[str]] = []
        try:
            rows.extend(itertools.islice(self._reader, count))
        except csv.Error as error:
            number = first + sum(map(_height, rows))
            raise UserError(
                f"{self._name}, line {number}: not readable as a table ({error}); "
                'put cells that hold quotes or separators in "quotes" and double inner quotes'
            ) from error
        if self.line - first + 1 == len(rows) and all(rows):
            return list(range(first, first + len(rows))), rows
        numbers = list(itertools.accumulate(map(_height, rows[:-1]), initial=first))
        filled = [(number, row) for number, row in zip(numbers, rows, strict=False) if row]
        if rows and not filled:
            return self.some(count)
        return [number for number, _ in filled], [row for _, row in filled]


def _height(row: list[str]) -> int:
    """How many lines a row takes; blank lines are empty rows."""
    return 1 + sum(cell.count("\n") for cell in row)


def _cells_chunks(
    lines: _Lines, cells: _Cells, columns: tuple[str, ...], done: int
) -> Iterator[Chunk]:
    numbers: list[int] = []
    rows: list[list[str]] = []
    while True:
        more_numbers, more = cells.some(lines.room(len(rows), cells.line))
        if not more:
            break
        if set(map(len, more)) != {len(columns)}:
            _refuse_width(lines.name, more_numbers, more, len(columns))
        numbers += more_numbers
        rows += more
        if lines.enough(len(rows)):
            done += len(rows)
            yield CellsChunk(numbers, lines.mark(done, cells.line), columns, rows)
            numbers, rows = [], []
    if rows:
        yield CellsChunk(numbers, lines.end(done + len(rows)), columns, rows)


def _refuse_width(name: str, numbers: list[int], rows: list[list[str]], width: int) -> NoReturn:
    number, row = next(pair for pair in zip(numbers, rows, strict=True) if len(pair[1]) != width)
    raise UserError(
        f"{name}, line {number}: {len(row)} cells where the header names {width}; "
        'put cells that hold a separator in "quotes"'
    )
