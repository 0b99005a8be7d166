"""Sides from which to look at texts, found in the texts themselves: attributes, grouped.

After CompEffDist's attribute-based automatic instruction construction (arXiv 2510.24425): a model
names the attributes it sees in a sample of texts; names are counted and grouped by affinity
propagation (Frey & Dueck, Science 2007) with the negative squared distance as similarity, each name
standing int(ln(1 + count)) times, so that one seen once vanishes; a group becomes one instruction.
The prompts are our own.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import MissingExtra
from nanonet.llm._wording import one_line
from nanonet.llm.asker import Asker
from nanonet.llm.fence import FENCE_RULE, fenced
from nanonet.llm.question import Invalid, Question, object_schema

__all__ = ["Attribute", "Perspective", "attribute_questions", "find_perspectives", "groups"]

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_DAMPING, _MAX_ITER = 0.9, 1000
_MEANINGS = 5  # descriptions of a group that are shown when its instruction is written
_MOST_ATTRIBUTES = 5
_ATTRIBUTES = (
    "You study what texts of one kind have in common and in what they differ. Name up to five "
    "attributes of the material: sides from which any text of its kind could be looked at. Answer "
    "with a JSON object with the key attributes, a list of objects with three keys: name, two or "
    "three words without reference to this one text; meaning, one sentence that says what the "
    "attribute is about; value, what it is here, in a few words."
)
_INSTRUCTION = (
    "You write instructions for people who judge texts. You get some names for one attribute of "
    "texts and what they were taken to mean. Write one instruction, one or two sentences, that "
    "tells a reader to look at a text from that side before judging it. Name no topic, no product "
    "and no class, and do not say what the judgement should be. Answer with a JSON object with two "
    "keys: name, two or three words for the attribute; instruction."
)


@dataclass(frozen=True)
class Attribute:
    """One attribute a model saw in one text."""

    name: str
    meaning: str
    value: str


@dataclass(frozen=True)
class Perspective:
    """One side from which to judge. members: the attribute names it stands for; count: how often
    they were seen.
    """

    name: str
    instruction: str
    members: tuple[str, ...] = ()
    count: int = 0


def attribute_questions(texts: Sequence[str], max_chars: int = 2000) -> list[Question]:
    """One question a text: which attributes does it have?"""
    text = {"type": "string"}
    item = object_schema({"name": text, "meaning": text, "value": text})
    schema = object_schema({"attributes": {"type": "array", "items": item}})
    return [
        Question(
            f"{_ATTRIBUTES}\n\n{FENCE_RULE}",
            f"{fenced(body, max_chars)}\n\nWhich attributes does the material have?",
            schema,
            _check_attributes,
            max_tokens=500,
            temperature=1.0,
            expect=200,
        )
        for body in texts
    ]


def _check_attributes(value: Any) -> list[Attribute]:
    rows = value.get("attributes") if isinstance(value, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid("answer of another form")
    found = []
    for row in rows[:_MOST_ATTRIBUTES]:
        cells = [row.get(key) for key in ("name", "meaning", "value")]
        if not all(isinstance(cell, str) for cell in cells):
            raise Invalid("answer of another form")
        name = " ".join(re.findall(r"\w+", str(cells[0]).lower()))
        if name:
            found.append(Attribute(one_line(name, 60), *(one_line(str(c), 200) for c in cells[1:])))
    return found


def groups(counts: Counter[str], embed: Embed | None = None) -> list[tuple[str, ...]]:
    """Attribute names in groups, the most frequent first in each and over all.

    Names seen once are left out. Without ``embed`` (texts to unit vectors [n, d]) every name is a
    group of its own.
    """
    names = sorted(name for name, count in counts.items() if int(np.log1p(count)))
    if embed is None or len(names) < 3:
        found: list[tuple[str, ...]] = [(name,) for name in names]
    else:
        times = [int(np.log1p(counts[name])) for name in names]
        cell = _cells(np.repeat(embed(names), times, axis=0))
        first = np.cumsum([0, *times[:-1]])
        gathered: dict[int, list[str]] = defaultdict(list)
        for name, at in zip(names, first.tolist(), strict=True):
            gathered[int(cell[at])].append(name)
        found = [tuple(sorted(g, key=lambda n: (-counts[n], n))) for g in gathered.values()]
    return sorted(found, key=lambda group: (-sum(counts[n] for n in group), group))


def _cells(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    try:
        from sklearn.cluster import AffinityPropagation
    except ImportError as error:
        raise MissingExtra("grouping attributes", "train") from error
    rows = vectors.astype(np.float64)  # in single precision the messages do not settle
    squares = (rows**2).sum(axis=1)
    similarity = -(squares[:, None] + squares[None, :] - 2 * rows @ rows.T)
    model = AffinityPropagation(
        affinity="precomputed",
        damping=_DAMPING,
        max_iter=_MAX_ITER,
        preference=float(np.median(similarity)),
        random_state=0,
    )
    cell = np.asarray(model.fit(similarity).labels_, np.int64)
    return np.arange(len(vectors)) if (cell < 0).any() else cell  # -1: it did not settle


def find_perspectives(
    asker: Asker, texts: Sequence[str], count: int, embed: Embed | None = None
) -> tuple[Perspective, ...]:
    """At most ``count`` perspectives, the most frequent ones, from a sample of ``texts``."""
    answers = asker.ask(attribute_questions(texts), "attributes")
    seen = [a for answer in answers if not answer.abstained for a in answer.value]
    counts = Counter(attribute.name for attribute in seen)
    meanings: dict[str, Counter[str]] = defaultdict(Counter)
    for attribute in seen:
        meanings[attribute.name][attribute.meaning] += 1
    chosen = groups(counts, embed)[:count]
    written = asker.ask([_instruction(group, meanings) for group in chosen], "perspectives")
    found: dict[str, Perspective] = {}
    for group, answer in zip(chosen, written, strict=True):
        if not answer.abstained and answer.value["name"] not in found:
            name, told = answer.value["name"], answer.value["instruction"]
            found[name] = Perspective(name, told, group, sum(counts[n] for n in group))
    return tuple(found.values())


def _instruction(group: Sequence[str], meanings: dict[str, Counter[str]]) -> Question:
    told: Counter[str] = Counter()
    for name in group:
        told += meanings[name]
    shown = "\n".join([*group[:10], "", *(text for text, _ in told.most_common(_MEANINGS))])
    # What a model said about unknown texts is as foreign as they are.
    return Question(
        f"{_INSTRUCTION}\n\n{FENCE_RULE}",
        f"{fenced(shown, 2000)}\n\nWrite the instruction.",
        object_schema({"name": {"type": "string"}, "instruction": {"type": "string"}}),
        _check_instruction,
        max_tokens=250,
        expect=80,
    )


def _check_instruction(value: Any) -> dict[str, str]:
    cells = [value.get(k) for k in ("name", "instruction")] if isinstance(value, dict) else []
    if len(cells) != 2 or not all(isinstance(c, str) and c.strip() for c in cells):
        raise Invalid("answer of another form")
    return {"name": one_line(str(cells[0]), 60), "instruction": one_line(str(cells[1]), 600)}
