"""From a sentence about a concept to a definition a person has looked at, and votes by it.

After Modeling Collaborator (CVPR 2024): a model splits the concept into attributes, answers for
every text which of them hold, and a rule over the answers decides. As in Agile Deliberation (CVPR
2026) a person judges the few texts where that matters most, and of the definitions near the first
one the one that agrees best with these judgements is kept. The wording and the rule are our own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError
from nanonet.llm._wording import one_line
from nanonet.llm.asker import Asker
from nanonet.llm.fence import FENCE_RULE, fenced
from nanonet.llm.question import Answer, Invalid, Question, object_schema
from nanonet.votes import ABSTAIN, VoteTable, concat

__all__ = [
    "Borderline",
    "Concept",
    "Judged",
    "attribute_readings",
    "borderline",
    "concept_question",
    "concept_votes",
    "judge",
    "reading_questions",
    "write_concept",
]

IN, OUT = 0, 1  # numbers of the two classes: the concept, and everything else
_SAID = {"yes": 1.0, "unclear": 0.5, "no": 0.0}
_SURE = 0.95
_MOST = 6
_SPLIT = (
    "You turn one sentence about a concept into a definition that others can apply to a text "
    "without asking back. Split it into attributes: statements about a text that are true or false "
    "of it. A text belongs to the concept when at least one of the including attributes holds and "
    "none of the excluding ones does. Make the including ones cover the concept between them, and "
    "let the excluding ones name what is close to it but not meant. Answer with a JSON object with "
    "three keys: name, one to four words for the concept; include, one to six attributes; exclude, "
    "at most six attributes."
)
_READ = (
    "You check statements about a text, each by itself. Say yes where the statement holds, no "
    "where it does not, and unclear where the text does not settle it. Answer with a JSON object "
    "with one key for each statement: yes, no or unclear."
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Concept:
    """A concept as attributes: a text belongs to it if some of ``include`` and none of ``exclude``
    hold.
    """

    name: str
    sentence: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    @property
    def attributes(self) -> tuple[str, ...]:
        """Both kinds, the including ones first."""
        return self.include + self.exclude


@dataclass(frozen=True)
class Judged:
    """A concept applied to n texts. share: [n], how far it holds, 0 to 1 (NaN: not read); label:
    [n] of IN, OUT or ABSTAIN; kept: which attributes still count; held: rows where a person's word
    stands against the rule.
    """

    concept: Concept
    kept: tuple[bool, ...]
    share: Floats
    label: NDArray[np.int64]
    held: NDArray[np.bool_]


@dataclass(frozen=True)
class Borderline:
    """A text to show. same: texts in the pool with the very same answers; tips: attributes that
    turn its label if answered otherwise.
    """

    row: int
    label: int
    same: int
    tips: tuple[str, ...]


def concept_question(sentence: str) -> Question:
    """The question that splits a sentence into attributes."""
    if not sentence.strip():
        raise UserError("the sentence about the concept is empty; say what belongs to it")
    texts = {"type": "array", "items": {"type": "string"}}
    schema = object_schema({"name": {"type": "string"}, "include": texts, "exclude": texts})
    user = f"The concept: {one_line(sentence, 1000)}"
    return Question(_SPLIT, user, schema, _check_concept, max_tokens=600, expect=150)


def write_concept(asker: Asker, sentence: str) -> Concept:
    """The concept a model makes of a sentence. Raises ``UserError`` where it makes none."""
    answer = asker.ask([concept_question(sentence)], "defining")[0]
    if answer.abstained:
        raise UserError(
            f"the model made no definition of this sentence ({answer.why}); say it another way, or "
            "ask another --model"
        )
    said = answer.value
    return Concept(said["name"], sentence, tuple(said["include"]), tuple(said["exclude"]))


def _check_concept(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise Invalid("answer of another form")
    found: dict[str, Any] = {"name": one_line(value["name"], 60)}
    for key in ("include", "exclude"):
        listed = value.get(key)
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            raise Invalid("answer of another form")
        plain = dict.fromkeys(one_line(item) for item in listed if item.strip())
        found[key] = list(plain)[:_MOST]
    if not found["name"] or not found["include"]:
        raise Invalid("a concept without a name or an attribute")
    return found


def reading_questions(
    concept: Concept, texts: Sequence[str], max_chars: int = 4000
) -> list[Question]:
    """One question a text: which attributes hold?"""
    keys = [f"s{number}" for number in range(1, len(concept.attributes) + 1)]
    listed = "\n".join(f"{key}: {line}" for key, line in zip(keys, concept.attributes, strict=True))
    schema = object_schema({key: {"type": "string", "enum": list(_SAID)} for key in keys})
    system = f"{_READ}\n\n{FENCE_RULE}\n\nThe statements:\n{listed}"

    def check(value: Any) -> list[float]:
        if not isinstance(value, dict) or any(value.get(key) not in _SAID for key in keys):
            raise Invalid("a statement without yes, no or unclear")
        return [_SAID[value[key]] for key in keys]

    return [
        Question(
            system,
            f"{fenced(text, max_chars)}\n\nWhich statements hold?",
            schema,
            check,
            max_tokens=20 + 12 * len(keys),
            expect=6 * len(keys),
        )
        for text in texts
    ]


def attribute_readings(
    asker: Asker, concept: Concept, texts: Sequence[str]
) -> tuple[Floats, list[Answer]]:
    """Answers [n, attributes]: 1 yes, 0 no, .5 unclear, NaN where none came; and the raw ones."""
    answers = asker.ask(reading_questions(concept, texts), "reading")
    missing = [np.nan] * len(concept.attributes)
    table = np.array([missing if a.abstained else a.value for a in answers], np.float64)
    return table.reshape(len(texts), len(concept.attributes)), answers


def judge(concept: Concept, readings: Floats, said: Mapping[int, bool] | None = None) -> Judged:
    """Apply the concept to readings [n, attributes], mended by a person's judgements.

    said: row -> whether the text belongs to the concept. Up to two attributes are dropped where
    that agrees with more judgements; the fewest are. Where the rule still disagrees, the judgement
    holds for all texts with the same readings (unless judgements on those contradict each other,
    then for its own row only).
    """
    said = said or {}
    kept = _best(concept, readings, said)
    share = _share(concept, readings, kept)
    label = _label(share)
    held = np.zeros(len(readings), bool)
    for row, yes in said.items():
        same = (readings == readings[row]).all(axis=1)
        same[row] = True
        one = all(word == yes for other, word in said.items() if same[other])
        rows = np.flatnonzero(same) if one else np.array([row])
        rows = rows[label[rows] != (IN if yes else OUT)]
        label[rows], held[rows] = (IN if yes else OUT), True
    return Judged(concept, kept, share, label, held)


def _best(concept: Concept, readings: Floats, said: Mapping[int, bool]) -> tuple[bool, ...]:
    size, least = len(concept.attributes), len(concept.include)
    best, most = (True,) * size, -1
    rows = np.array(sorted(said), np.int64)
    truth = np.array([IN if said[int(row)] else OUT for row in rows], np.int64)
    drops = [d for k in (0, 1, 2) for d in combinations(range(size), k)]
    for drop in drops if len(rows) else drops[:1]:
        kept = tuple(i not in drop for i in range(size))
        if not any(kept[:least]):
            continue
        right = int((_label(_share(concept, readings[rows], kept)) == truth).sum())
        if right > most:
            best, most = kept, right
    return best


def _share(concept: Concept, readings: Floats, kept: Sequence[bool]) -> Floats:
    """Surest including attribute times the absence of every excluding one."""
    use, parts = np.array(kept), len(concept.include)
    first = np.where(use[:parts], readings[:, :parts], 0.0).max(axis=1)
    against = np.where(use[parts:], readings[:, parts:], 0.0).max(axis=1, initial=0.0)
    return np.asarray(first * (1.0 - against), np.float64)


def _label(share: Floats) -> NDArray[np.int64]:
    named = np.where(share > 0.5, IN, OUT)
    return np.asarray(np.where(np.isnan(share) | (share == 0.5), ABSTAIN, named), np.int64)


def borderline(judged: Judged, readings: Floats, count: int) -> list[Borderline]:
    """The ``count`` texts whose judgement would change most: many texts answered the same way, and
    many attributes each of which alone turns the label. One text stands for all of its kind.
    """
    concept, read = judged.concept, np.flatnonzero(~np.isnan(readings).any(axis=1))
    patterns, first, sizes = np.unique(
        readings[read], axis=0, return_index=True, return_counts=True
    )
    found = []
    for pattern, at, size in zip(patterns, first, sizes, strict=True):
        row = int(read[at])
        tips = _tips(concept, pattern, judged.kept)
        if tips and not judged.held[row]:
            found.append(Borderline(row, int(judged.label[row]), int(size), tips))
    found.sort(key=lambda b: (-b.same * len(b.tips), b.row))
    return found[:count]


def _tips(concept: Concept, pattern: Floats, kept: Sequence[bool]) -> tuple[str, ...]:
    now = _label(_share(concept, pattern[None], kept))[0]
    tips = []
    for i, attribute in enumerate(concept.attributes):
        other = np.repeat(pattern[None], 2, axis=0)
        other[:, i] = [0.0, 1.0]
        if kept[i] and (_label(_share(concept, other, kept)) != now).any():
            tips.append(attribute)
    return tuple(tips)


def concept_votes(
    judged: Judged, cost: Sequence[float], said: Mapping[int, bool] | None = None
) -> VoteTable:
    """Votes of the rule (source "llm") and of the person (source "person", sure); cost: dollars."""
    sure = np.where(np.isnan(judged.share), 0.0, np.maximum(judged.share, 1.0 - judged.share))
    sure = np.where(judged.held, 1.0, sure)
    by_rule = VoteTable.of(
        np.arange(len(judged.label)),
        judged.label,
        np.where(judged.label == ABSTAIN, 0.0, np.minimum(sure, _SURE)),
        "llm",
        list(cost),
    )
    rows = sorted(said or {})
    if not rows:
        return by_rule
    words = [IN if (said or {})[row] else OUT for row in rows]
    return concat([by_rule, VoteTable.of(rows, words, 1.0, "person")])
