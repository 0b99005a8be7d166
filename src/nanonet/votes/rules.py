"""Rules a person writes: keywords and regular expressions in a file, or functions in Python."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from nanonet.data import ClassSpec
from nanonet.errors import UserError
from nanonet.votes.table import VoteTable

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROBABILITY = 0.9  # of a rule that does not say how sure it is
_ALLOWED = "label, keywords, regex, name, probability"


@dataclass(frozen=True)
class Rule:
    """Votes for ``label`` on every text in which ``pattern`` is found; a vote source."""

    name: str
    label: str
    pattern: re.Pattern[str]
    probability: float = PROBABILITY

    def vote(self, texts: Sequence[str], classes: Sequence[ClassSpec]) -> VoteTable:
        """Votes on the texts that match; the others are not mentioned."""
        number = _number(self.label, classes, self.name)
        hits = [i for i, text in enumerate(texts) if self.pattern.search(text)]
        return VoteTable.of(hits, [number] * len(hits), self.probability, self.name)


@dataclass(frozen=True)
class FunctionRule:
    """A labelling function: given a text it returns a class name, or None to abstain.

    >>> short = FunctionRule("short", lambda text: "chat" if len(text) < 20 else None)
    >>> short.vote(["hi", "a much longer text than that"], [ClassSpec("chat")]).doc.tolist()
    [0]
    """

    name: str
    function: Callable[[str], str | None]
    probability: float = PROBABILITY

    def vote(self, texts: Sequence[str], classes: Sequence[ClassSpec]) -> VoteTable:
        """Votes where the function names a class; a name that is none raises UserError."""
        said = [(i, name) for i, text in enumerate(texts) if (name := self.function(text))]
        numbers = [_number(name, classes, self.name) for _, name in said]
        return VoteTable.of([i for i, _ in said], numbers, self.probability, self.name)


def keyword_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Any of the words or word groups, whole, whatever their case and the space between them."""
    each = [r"\s+".join(map(re.escape, word.split())) for word in words]
    return re.compile(r"(?<!\w)(?:" + "|".join(each) + r")(?!\w)", re.IGNORECASE)


def read_rules(
    path: str | os.PathLike[str], classes: Sequence[str] | None = None
) -> tuple[Rule, ...]:
    """Read ``[[rule]]`` blocks with ``label`` and ``keywords`` or ``regex``, in the file's order.

    ``name`` is what the rule's votes are filed under (default: made from label and pattern),
    ``probability`` how sure it is. Every rule is a source of its own, so that a few human labels
    tell the good ones from the bad. Regular expressions are searched for, not matched from the
    start, and ignore case. Raises :class:`UserError` with file and line.
    """
    file = os.fspath(path)
    text = _read(file)
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{file}: is not valid TOML: {error}") from error
    blocks = parsed.get("rule")
    if set(parsed) != {"rule"} or not isinstance(blocks, list) or not blocks:
        raise UserError(f"{file}: must hold [[rule]] blocks and nothing else, at least one of them")
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines, 1) if re.match(r"\s*\[\[\s*rule\s*\]\]", line)]
    starts = starts if len(starts) == len(blocks) else [1] * len(blocks)
    rules: dict[str, Rule] = {}
    for start, block in zip(starts, blocks, strict=True):
        rule = _Block(file, lines, start, block).rule(classes)
        if rule.name in rules:
            raise UserError(
                f"{file}, line {start}: the rule {rule.name!r} is there already; give one of them "
                "another name"
            )
        rules[rule.name] = rule
    return tuple(rules.values())


@dataclass(frozen=True)
class _Block:
    """One block and where it stands."""

    file: str
    lines: list[str]
    start: int
    block: Any

    def rule(self, classes: Sequence[str] | None) -> Rule:
        self._check_keys()
        label = self.block["label"]
        if classes is not None and label not in classes:
            self._fail("label", f"{label!r} is not among the classes ({', '.join(classes[:20])})")
        probability = self.block.get("probability", PROBABILITY)
        if isinstance(probability, bool) or not isinstance(probability, int | float):
            self._fail("probability", f"probability is {probability!r}; it must be a number")
        if not 0 < probability <= 1:
            self._fail(
                "probability", f"probability is {probability}; it must be above 0, at most 1"
            )
        pattern, shown = self._pattern()
        name = self.block.get("name", f"rule {label}: {shown}")
        return Rule(name, label, pattern, float(probability))

    def _check_keys(self) -> None:
        if not isinstance(self.block, dict) or not isinstance(self.block.get("label"), str):
            self._fail("label", 'this rule has no label; add label = "..."')
        for key in self.block:
            if key not in _ALLOWED.split(", "):
                self._fail(key, f"unknown key {key!r}; a rule may have {_ALLOWED}")
        if ("keywords" in self.block) == ("regex" in self.block):
            self._fail("label", "a rule has either keywords or regex")

    def _pattern(self) -> tuple[re.Pattern[str], str]:
        words = self.block.get("keywords")
        if words is not None:
            texts = isinstance(words, list) and all(isinstance(w, str) and w.strip() for w in words)
            if not texts or not words:
                self._fail(
                    "keywords", f"keywords is {words!r}; it must be a list of words in quotes"
                )
            return keyword_pattern(words), words[0]
        regex = self.block["regex"]
        if not isinstance(regex, str) or not regex:
            self._fail("regex", f"regex is {regex!r}; it must be a text in quotes")
        try:
            return re.compile(regex, re.IGNORECASE), regex
        except re.error as error:
            self._fail("regex", f"the regular expression {regex!r} does not compile: {error}")

    def _fail(self, key: str, said: str) -> NoReturn:
        line = self.start
        for number in range(self.start + 1, len(self.lines) + 1):
            if self.lines[number - 1].lstrip().startswith("[["):
                break
            if re.match(rf"\s*{re.escape(key)}\s*=", self.lines[number - 1]):
                line = number
                break
        raise UserError(f"{self.file}, line {line}: {said}")


def _number(label: str, classes: Sequence[ClassSpec], rule: str) -> int:
    names = [spec.name for spec in classes]
    if label not in names:
        raise UserError(
            f"the rule {rule!r} names the class {label!r}, which is not among the classes "
            f"({', '.join(names[:20])})"
        )
    return names.index(label)


def _read(file: str) -> str:
    try:
        with open(file, encoding="utf-8") as opened:
            return opened.read()
    except FileNotFoundError as error:
        raise UserError(f"{file}: there is no such file of rules") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read as UTF-8 text ({error})") from error
