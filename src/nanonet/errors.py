"""The three ways nanonet stops: the user's error, a missing extra, and ours.

Command-line exit codes follow the class: 2 for :class:`UserError` and its kin, 1 for the rest.
"""

from __future__ import annotations


class NanonetError(Exception):
    """Something went wrong inside nanonet; the command line exits with 1."""

    exit_code = 1


class UserError(NanonetError):
    """Input or settings that a person can mend; the message is one clear sentence.

    It names the file, line, column and value seen, what is allowed, and what to do next.
    """

    exit_code = 2


class MissingExtra(UserError):
    """A part was asked for whose optional dependencies are not installed."""

    def __init__(self, part: str, extra: str) -> None:
        super().__init__(
            f"{part} needs packages that are not installed; run: pip install 'nanonet[{extra}]'"
        )


class OutOfMemory(UserError):
    """Memory ran out; the message says what to lower."""


class Diverged(UserError):
    """Training broke down: a loss was no finite number."""


class FormatError(UserError):
    """A folder or file is not what it should be (damaged, foreign, or of a newer format)."""
