"""Some rows of a table: of one chunk, or of all of them in an order of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nanonet.data._chunks import ArrowChunk, CellsChunk, Chunk, RowsChunk, Source
from nanonet.errors import UserError

__all__ = ["gather_rows", "keep_rows"]


def keep_rows(chunk: Chunk, at: Sequence[int]) -> Chunk:
    """The chunk with the rows at these positions (from 0) alone, in this order."""
    numbers = [chunk.numbers[i] for i in at]
    if isinstance(chunk, CellsChunk):
        return replace(chunk, numbers=numbers, cells=[chunk.cells[i] for i in at])
    if isinstance(chunk, ArrowChunk):
        batch = chunk.batch.take(list(at))
        return replace(chunk, numbers=numbers, batch=batch)  # type: ignore[arg-type]
    rows = chunk.rows()
    return RowsChunk(numbers, chunk.mark, [rows[i] for i in at])


def gather_rows(source: Source, rows: Sequence[int]) -> Chunk:
    """These rows of the table (counted from 0) as one chunk, in the order given; reads it through.

    Raises :class:`UserError` where the table has fewer rows.
    """
    where = {row: place for place, row in enumerate(rows)}
    places: list[int] = []
    parts: list[Chunk] = []
    begun = 0
    for chunk in source.chunks:
        at = [i for i in range(len(chunk.numbers)) if begun + i in where]
        if at:
            parts.append(keep_rows(chunk, at))
            places += [where[begun + i] for i in at]
        begun += len(chunk.numbers)
    if len(places) < len(where) or not parts:
        raise UserError(f"{source.name}: has {begun} rows, fewer than when it was read before")
    order = sorted(range(len(places)), key=places.__getitem__)
    return keep_rows(_joined(parts), order)


def _joined(parts: Sequence[Chunk]) -> Chunk:
    numbers = [number for part in parts for number in part.numbers]
    first = parts[0]
    if isinstance(first, CellsChunk):
        cells = [row for part in parts if isinstance(part, CellsChunk) for row in part.cells]
        return replace(first, numbers=numbers, cells=cells, mark=parts[-1].mark)
    if isinstance(first, ArrowChunk):
        import pyarrow as pa

        batches = [part.batch for part in parts if isinstance(part, ArrowChunk)]
        batch = pa.Table.from_batches(batches).combine_chunks().to_batches()[0]
        whole = replace(first, batch=batch, mark=parts[-1].mark)
        return replace(whole, numbers=numbers)  # type: ignore[arg-type]
    return RowsChunk(numbers, parts[-1].mark, [row for part in parts for row in part.rows()])
