"""Progress bars on a terminal; silence everywhere else."""

from __future__ import annotations

import sys
from typing import Any

from nanonet.progress import NullProgress, Progress

__all__ = ["terminal_progress"]


def terminal_progress() -> Progress:
    """Bars when standard error is a terminal, otherwise nothing: a log file wants no bars."""
    return _RichProgress() if sys.stderr.isatty() else NullProgress()


class _RichProgress:
    """One bar at a time; rich is loaded when the first one starts."""

    def __init__(self) -> None:
        self._bars: Any = None
        self._task: Any = None

    def start(self, label: str, total: int) -> None:
        """Draw a bar for a step of ``total`` items (0: not known)."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        self.finish()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
        self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bars.start()
        self._task = self._bars.add_task(label, total=total or None)

    def advance(self, n: int = 1) -> None:
        """Move the bar on by ``n`` items."""
        if self._bars is not None:
            self._bars.advance(self._task, n)

    def finish(self) -> None:
        """Clear the bar."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None
