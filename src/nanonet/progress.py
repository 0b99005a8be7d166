"""How a long step tells its caller how far it is; rates and time left are the caller's to derive.

The base room: every other room may import it, and nothing here prints.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A listener for one step at a time: ``start``, any number of ``advance``, ``finish``.

    Calls come from one thread at a time. ``finish`` is called even when the step is interrupted
    or fails, so a listener can put the terminal back in order.

    A listener may also have ``describe(text: str)``, which is told between ``start`` and ``finish``
    how the step does, in a line to show beside the bar; each text takes the place of the one
    before. It is no part of the protocol, so callers use :func:`describe`.
    """

    def start(self, label: str, total: int) -> None:
        """A step named ``label`` begins and has ``total`` items to do (0 when not known)."""

    def advance(self, n: int = 1) -> None:
        """``n`` more items are done."""

    def finish(self) -> None:
        """The step is over."""


def describe(progress: Progress, text: str) -> None:
    """Tell ``progress`` how the running step does, if it has ``describe``; else do nothing."""
    say = getattr(progress, "describe", None)
    if say is not None:
        say(text)


class NullProgress:
    """The listener that does nothing; what a step uses when its caller passes ``None``."""

    def start(self, label: str, total: int) -> None:
        """Do nothing."""

    def advance(self, n: int = 1) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""
