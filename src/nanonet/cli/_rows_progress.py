"""How far a table is, on a terminal: rows, rows a second and, if the size is known, time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanonet.data import Answers, Mark, Source

__all__ = ["shown"]


def shown(
    scored: Iterator[Answers], source: Source, begun: Mark, *, to_stdout: bool
) -> Generator[Answers, None, None]:
    """The answers as they are, with a bar on standard error that follows them.

    There is no bar where standard error is no terminal, or where the rows go to one themselves.
    ``begun`` is where this run goes on: the rate counts only what it does itself.
    """
    if not sys.stderr.isatty() or (to_stdout and sys.stdout.isatty()):
        yield from scored
        return
    start = time.monotonic()
    with _bar() as bar:
        task = bar.add_task("labelling", total=source.size, completed=begun.stored, said="")
        for answers in scored:
            yield answers
            mark = answers.chunk.mark
            rate = (mark.rows - begun.rows) / max(1e-9, time.monotonic() - start)
            said = f"{mark.rows:,} rows, {rate:,.0f} rows/s"
            bar.update(task, completed=mark.stored, said=said)


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[said]}"),
        Remaining(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)
