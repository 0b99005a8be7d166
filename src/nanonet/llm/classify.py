"""Votes from a language model: all classes shown, or only a cheap model's few candidates.

Both ask for the class by number *and* name, and an answer in which the two disagree is not used:
a model that lost the thread mostly gets one of them wrong. One text a call, so that what a text
says can sway its own answer at most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from nanonet.data import ClassSpec
from nanonet.llm._wording import class_line, class_list, one_line
from nanonet.llm.asker import Asker
from nanonet.llm.endpoint import NANO
from nanonet.llm.fence import FENCE_RULE, fenced
from nanonet.llm.perspectives import Perspective
from nanonet.llm.question import Answer, Invalid, Question, object_schema
from nanonet.votes import ABSTAIN, VoteTable

__all__ = ["NONE_OF_THESE", "LLMVotes", "Sorting"]

NONE_OF_THESE = "none of these"
_CERTAINTIES = list(range(0, 101, 10))
_SURE = 0.99  # what a model calls certain is not
_TASK = (
    "You sort texts into classes. A small classifier will be trained on your answers, so an honest "
    "doubt is worth more than a bold guess."
)
_FORM = (
    "Choose the one class that fits best. Answer with a JSON object with three keys: index, the "
    "number of the class in the list; name, the name of that same class, letter by letter; "
    "certainty, how many of a hundred answers as sure as this one would be right."
)
_PER_CLASS_TOKENS = 40

Candidates = Callable[[Sequence[str], Sequence[ClassSpec]], Sequence[Sequence[int]]]


@dataclass(frozen=True)
class Sorting:
    """What a model is shown.

    or_none: it may say that no class fits, which is an abstention. max_chars: of a text, the rest
    is cut. examples: (text, class name) pairs shown to it. perspectives: each asks every text once
    more, from that side. candidates: numbers of the classes to choose from, for each text; ``None``
    shows all.
    """

    or_none: bool = False
    max_chars: int = 4000
    examples: tuple[tuple[str, str], ...] = ()
    perspectives: tuple[Perspective, ...] = ()
    candidates: Candidates | None = None


@dataclass
class LLMVotes:
    """A source of votes: one a text, or one a text and perspective (sources "llm:perspective").

    ``why`` holds the reason of each abstention of the last :meth:`vote`, by (row, source).
    """

    asker: Asker
    sorting: Sorting = field(default_factory=Sorting)
    name: str = "llm"
    why: dict[tuple[int, str], str] = field(default_factory=dict)

    def questions(
        self, texts: Sequence[str], classes: Sequence[ClassSpec]
    ) -> list[tuple[int, str, Question]]:
        """(row, source, question) for everything :meth:`vote` would ask; nothing is sent."""
        sides: tuple[Perspective | None, ...] = self.sorting.perspectives or (None,)
        if self.sorting.candidates is None:
            shown: Sequence[Sequence[int]] = [range(len(classes))] * len(texts)
        else:
            shown = self.sorting.candidates(texts, classes)
        asked = []
        for side in sides:
            source = self.name if side is None else f"{self.name}:{side.name}"
            form = _Form(self.sorting, classes, side)
            asked += [
                (row, source, form.question(text, shown[row])) for row, text in enumerate(texts)
            ]
        return asked

    def vote(self, texts: Sequence[str], classes: Sequence[ClassSpec]) -> VoteTable:
        """One vote, or one recorded abstention, for every text (and perspective)."""
        asked = self.questions(texts, classes)
        answers = self.asker.ask([question for _, _, question in asked], "asking the model")
        self.why = {
            (row, source): answer.why or NONE_OF_THESE
            for (row, source, _), answer in zip(asked, answers, strict=True)
            if answer.abstained or answer.value["label"] == ABSTAIN
        }
        return VoteTable.of(
            [row for row, _, _ in asked],
            [ABSTAIN if a.abstained else a.value["label"] for a in answers],
            [_probability(a, len(classes)) for a in answers],
            [source for _, source, _ in asked],
            [a.cost / NANO for a in answers],
        )


def _probability(answer: Answer, classes: int) -> float:
    if answer.abstained or answer.value["label"] == ABSTAIN:
        return 0.0
    return min(_SURE, max(1.0 / classes, answer.value["certainty"] / 100))


@dataclass(frozen=True)
class _Form:
    """Questions about many texts that differ in the text, and where asked so in the classes."""

    sorting: Sorting
    classes: Sequence[ClassSpec]
    side: Perspective | None

    def question(self, text: str, shown: Sequence[int]) -> Question:
        order = list(shown)
        if self.sorting.candidates is not None:
            order.sort(key=lambda c: _mixed(text, self.classes[c].name))  # no place is favoured
        names = [self.classes[c].name for c in order]
        lines = [class_line(self.classes[c]) for c in order]
        if self.sorting.or_none:
            order.append(ABSTAIN)
            names.append(NONE_OF_THESE)
            lines.append(NONE_OF_THESE)
        listed = f"The classes:\n{class_list(lines)}"
        parts = [_TASK, FENCE_RULE, *self._side(), *self._examples(), _FORM]
        user = fenced(text, self.sorting.max_chars)
        if self.sorting.candidates is None:
            parts.insert(2, listed)
        else:
            user = f"{listed}\n\n{user}"
        return Question(
            "\n\n".join(parts),
            f"{user}\n\nWhich class does the material belong to?",
            _schema(names),
            _checker(names, order),
            max_tokens=_PER_CLASS_TOKENS + max(len(name.encode()) for name in names),
        )

    def _side(self) -> list[str]:
        if self.side is None:
            return []
        return [f"Judge it from one side above all: {one_line(self.side.instruction, 600)}"]

    def _examples(self) -> list[str]:
        if not self.sorting.examples:
            return []
        shown = [
            f"{fenced(text, self.sorting.max_chars // 4)}\nbelongs to: {name}"
            for text, name in self.sorting.examples
        ]
        return ["People sorted these:", *shown]


def _mixed(text: str, name: str) -> bytes:
    data = f"{text}\x1f{name}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=8).digest()


def _schema(names: Sequence[str]) -> dict[str, Any]:
    return object_schema(
        {
            "index": {"type": "integer", "enum": list(range(len(names)))},
            "name": {"type": "string", "enum": list(names)},
            "certainty": {"type": "integer", "enum": _CERTAINTIES},
        }
    )


def _checker(names: Sequence[str], order: Sequence[int]) -> Callable[[Any], dict[str, int]]:
    def check(value: Any) -> dict[str, int]:
        if not isinstance(value, dict):
            raise Invalid("answer of another form")
        index, name, certainty = (value.get(key) for key in ("index", "name", "certainty"))
        if type(index) is not int or not 0 <= index < len(names):
            raise Invalid("names a class that is not there")
        if not isinstance(name, str) or name not in names:
            raise Invalid("names a class that is not there")
        if names[index] != name:
            raise Invalid("number and name of the class disagree")
        if type(certainty) is not int or not 0 <= certainty <= 100:
            raise Invalid("certainty is no number from 0 to 100")
        return {"label": order[index], "certainty": certainty}

    return check
