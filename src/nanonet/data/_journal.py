"""What of an unfinished table is done: a header, then one line for each time it was made safe."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from nanonet.data._chunks import Mark

VERSION = 1


@dataclass(frozen=True)
class Done:
    """Rows that are written: the mark behind them, their bytes, how many texts were empty.

    halved: rows in which half a character (a lone surrogate) had to be written as "?"; abstained:
    rows whose label was left empty.
    """

    mark: Mark
    written: int
    empty: int
    halved: int = 0
    abstained: int = 0

    @classmethod
    def nothing(cls) -> Done:
        """The state before the first row."""
        return cls(Mark.start(), 0, 0)

    def and_then(self, more: Done) -> Done:
        """With rows behind these; the counts of ``more`` are of those rows alone."""
        names = ("written", "empty", "halved", "abstained")
        return Done(more.mark, *(getattr(self, name) + getattr(more, name) for name in names))

    def line(self) -> str:
        """As a line of the journal."""
        found = asdict(self)
        return json.dumps({**found.pop("mark"), **found})


@dataclass(frozen=True)
class Journal:
    """A journal as it was found: what the rows were made by, and the last state that holds."""

    made_by: dict[str, str]
    done: Done


def read_journal(path: Path, size: int) -> Journal | None:
    """The journal of a part file of ``size`` bytes; None where there is no usable one.

    A last line that was cut short, or that tells of more bytes than there are (power was lost
    before the disk had them), does not count.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        first = json.loads(lines[0])
        if first["nanonet_journal"] != VERSION:
            return None
        made_by = {str(key): str(value) for key, value in first["made_by"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    found = [done for line in lines[1:] if (done := _done(line)) is not None]
    held = [done for done in found if done.written <= size]
    return Journal(made_by, held[-1]) if held else None


def _done(line: str) -> Done | None:
    """None for a line in pieces: whoever wrote it was stopped, and wrote another one below."""
    try:
        facts = json.loads(line)
        mark = Mark(facts["rows"], facts["lines"], facts["digest"], facts["stored"])
        later = (facts.get(name, 0) for name in ("halved", "abstained"))
        return Done(mark, facts["written"], facts["empty"], *later)
    except (ValueError, LookupError, TypeError):
        return None


def begin_journal(path: Path, made_by: Mapping[str, str], done: Done) -> BinaryIO:
    """Write a journal that knows ``done`` and nothing else, and leave it open for more lines.

    It is written under another name first: a kill in here must not lose what the old one knows.
    """
    new = path.with_name(path.name + ".new")
    with open(new, "wb", buffering=0) as file:
        append_line(file, json.dumps({"nanonet_journal": VERSION, "made_by": dict(made_by)}))
        if done.mark.rows:
            append_line(file, done.line())
    os.replace(new, path)
    return open(path, "ab", buffering=0)


def append_line(file: BinaryIO, line: str) -> None:
    """Add a line and see it onto the disk."""
    file.write(line.encode("utf-8") + b"\n")
    os.fsync(file.fileno())
