"""Read what is known about the classes themselves: names, and optionally what they mean."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nanonet.errors import UserError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["ClassSpec", "read_classes"]

_TEXT_KEYS = ("name", "description", "parent")
_LIST_KEYS = ("phrases", "keywords")
_ALLOWED = "name, description, phrases, keywords, parent"


@dataclass(frozen=True)
class ClassSpec:
    """One class: its name, and what a person would say to explain it.

    phrases: whole phrasings of the class ("the customer wants money back").
    keywords: single words that speak for it. parent: the name of a wider class.
    """

    name: str
    description: str = ""
    phrases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    parent: str | None = None


def read_classes(path: str | os.PathLike[str]) -> tuple[ClassSpec, ...]:
    """Read at least two classes from a text file or a TOML file, in the file's order.

    A text file has one name a line; blank lines and lines that start with ``#`` are skipped.
    A ``.toml`` file has one ``[[class]]`` block a class. Raises :class:`UserError` with the line.
    """
    name = os.fspath(path)
    text = _read(name)
    if name.lower().endswith(".toml"):
        numbered = _from_toml(name, text)
    else:
        numbered = _from_lines(text)
    _check(name, numbered)
    return tuple(spec for _, spec in numbered)


def _read(name: str) -> str:
    if Path(name).is_dir():
        raise UserError(f"{name}: is a folder; pass the path of one file with the class names")
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise UserError(f"{name}: the class names cannot be read ({error.strerror})") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(f"{name}, line {line}: not UTF-8; save the file as UTF-8") from error


def _from_lines(text: str) -> list[tuple[int, ClassSpec]]:
    numbered = ((number, line.strip()) for number, line in enumerate(text.split("\n"), 1))
    return [(n, ClassSpec(line)) for n, line in numbered if line and not line.startswith("#")]


def _from_toml(name: str, text: str) -> list[tuple[int, ClassSpec]]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{name}: not readable as TOML ({error})") from error
    unknown = sorted(set(document) - {"class"})
    blocks = document.get("class", [])
    if unknown or not isinstance(blocks, list):
        key = unknown[0] if unknown else "class"
        raise UserError(
            f"{name}, line {_line_of(text, key)}: {key!r} does not belong there; "
            "the file holds [[class]] blocks only"
        )
    starts = [n for n, line in enumerate(text.split("\n"), 1) if _is_header(line)]
    if len(starts) != len(blocks):  # blocks written inline; the line is then not known
        starts = [1] * len(blocks)
    return [
        (start, _spec(name, text, start, block))
        for start, block in zip(starts, blocks, strict=True)
    ]


def _is_header(line: str) -> bool:
    return re.match(r"\s*\[\[\s*[\"']?class[\"']?\s*\]\]", line) is not None


def _line_of(text: str, key: str, after: int = 1) -> int:
    """The first line from ``after`` on that sets ``key`` or opens a block of that name."""
    pattern = re.compile(rf"\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*[=\]]")
    for number, line in enumerate(text.split("\n"), 1):
        if number >= after and pattern.match(line):
            return number
    return after


def _spec(name: str, text: str, start: int, block: Any) -> ClassSpec:
    if not isinstance(block, dict):
        raise UserError(f"{name}, line {start}: a class must be a [[class]] block")
    for key, value in block.items():
        where = f"{name}, line {_line_of(text, key, start)}"
        if key not in _TEXT_KEYS + _LIST_KEYS:
            raise UserError(f"{where}: unknown key {key!r}; a class may have {_ALLOWED}")
        if key in _TEXT_KEYS and not isinstance(value, str):
            raise UserError(f"{where}: {key} is {value!r}; it must be a text in quotes")
        if key in _LIST_KEYS and not _is_text_list(value):
            raise UserError(f"{where}: {key} is {value!r}; it must be a list of texts in quotes")
    if "name" not in block:
        raise UserError(f'{name}, line {start}: this class has no name; add name = "..."')
    return ClassSpec(
        name=block["name"].strip(),
        description=block.get("description", "").strip(),
        phrases=tuple(block.get("phrases", ())),
        keywords=tuple(block.get("keywords", ())),
        parent=block.get("parent"),
    )


def _is_text_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _check(name: str, numbered: Sequence[tuple[int, ClassSpec]]) -> None:
    first: dict[str, int] = {}
    for number, spec in numbered:
        if not spec.name:
            raise UserError(f"{name}, line {number}: the class name is empty")
        if spec.name in first:
            raise UserError(
                f"{name}, line {number}: the class {spec.name!r} stands in line "
                f"{first[spec.name]} already; keep one of them"
            )
        first[spec.name] = number
    if len(numbered) < 2:
        raise UserError(
            f"{name}: names {len(numbered)} class{'es' if not numbered else ''}; "
            "a classifier needs at least two"
        )
