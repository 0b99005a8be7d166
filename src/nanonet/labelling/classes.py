"""The classes a person chooses from: those given, and those added under way."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from nanonet.data import ClassSpec
from nanonet.errors import UserError
from nanonet.labelling.rows import RowFile

__all__ = ["MOST_CLASSES", "ClassList", "class_name"]

MOST_CLASSES = 500
_LONGEST = 100


class ClassList:
    """Classes in the order of their buttons; ``file`` keeps the added ones (rows with ``name``)."""

    def __init__(self, given: Sequence[ClassSpec], labels: Iterable[str], file: RowFile) -> None:
        self._file = file
        self.specs = list(given)
        self.given = len(self.specs) > 0
        for name in (*(row["name"] for row in file.rows), *labels):
            if name not in self.names:
                self.specs.append(ClassSpec(name))

    @property
    def names(self) -> list[str]:
        """What they are called."""
        return [spec.name for spec in self.specs]

    def add(self, name: str) -> str:
        """One more class, kept on the disk; raises UserError where the name cannot be one."""
        name = class_name(name)
        same = [other for other in self.names if other.casefold() == name.casefold()]
        if same:
            raise UserError(f"there is a class {same[0]!r} already")
        if len(self.specs) >= MOST_CLASSES:
            raise UserError(f"there are {MOST_CLASSES} classes, and more are not offered here")
        self._file.add({"name": name})
        self.specs.append(ClassSpec(name))
        return name


def class_name(text: str) -> str:
    """A name as typed, blanks trimmed to one; UserError says what a name may not hold."""
    name = " ".join(text.split())
    if not name:
        raise UserError("the name is empty; type one")
    if len(name) > _LONGEST:
        raise UserError(f"the name has {len(name):,} characters; it may have {_LONGEST}")
    bad = [c for c in name if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    if "|" in name or bad:
        raise UserError(
            "a name may not hold '|', which stands between several labels of one text"
            if "|" in name
            else "the name holds a character that cannot be shown"
        )
    return name
