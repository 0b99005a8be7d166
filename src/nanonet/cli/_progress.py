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
    """One bar at a time, and below it what the step says; rich is loaded when the first starts."""

    def __init__(self) -> None:
        self._live: Any = None
        self._bars: Any = None
        self._task: Any = None
        self._text = ""

    def start(self, label: str, total: int) -> None:
        """Draw a bar for a step of ``total`` items (0: not known)."""
        from rich.console import Console
        from rich.live import Live
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        self.finish()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
        self._bars = Progress(*columns)  # never started: the live display draws it
        self._task = self._bars.add_task(label, total=total or None)
        console = Console(stderr=True)
        self._live = Live(
            get_renderable=self._drawn, console=console, transient=True, refresh_per_second=10
        )
        self._live.start(refresh=True)

    def advance(self, n: int = 1) -> None:
        """Move the bar on by ``n`` items."""
        if self._live is not None:
            self._bars.advance(self._task, n)

    def describe(self, text: str) -> None:
        """Show ``text`` below the bar, where there is room for a line of losses."""
        self._text = text

    def finish(self) -> None:
        """Clear the bar and the text."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        self._text = ""

    def _drawn(self) -> Any:
        from rich.console import Group
        from rich.text import Text

        said = Text(self._text, style="dim")  # not markup: a name may hold square brackets
        return Group(self._bars, said) if self._text else self._bars
