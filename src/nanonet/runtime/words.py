"""Evidence brought to the words of a text, for marking them and for leaving them out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from nanonet.text import fold

# Scripts without blanks (roughly as nanonet.text has them): each character is a word.
_ALONE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19ff\u2e80-\u2fdf\u3005-\u9fff\ua9e0-\ua9ff"
    "\uaa60-\uaa7f\uf900-\ufaff\U00020000-\U0003ffff"
)
# Else words with apostrophes inside them, and every other visible character by itself.
_LETTER = rf"[^\W_{_ALONE}]"
_PIECE = re.compile(rf"{_LETTER}+(?:['’_]{_LETTER}+)*|\S")
_VIRTUAL = ("<start>", "<end>")


@dataclass(frozen=True)
class Word:
    """Characters ``start`` to ``end`` of a text, and what they add to the score of its class."""

    start: int
    end: int
    value: float


def words_of(text: str, evidence: Iterable[tuple[str, float]]) -> tuple[Word, ...]:
    """Every word and sign of ``text`` with its share of ``evidence``, in reading order.

    evidence: (wording, contribution), as in ``Explanation``; a phrase's contribution is shared out
    evenly among its words, and among the places where it stands. What is found nowhere in the text
    is left out.

    >>> [(w.start, w.end, w.value) for w in words_of("Not bad", [("not bad", 1.0), ("bad", -0.4)])]
    [(0, 3, 0.5), (4, 7, 0.09999999999999998)]
    """
    spans = [match.span() for match in _PIECE.finditer(text)]
    folded = [fold(text[start:end]) for start, end in spans]
    begins: dict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(folded):
        begins[word].append(at)
    values = [0.0] * len(spans)
    for wording, contribution in evidence:
        needle = _words(wording)
        places = [at for at in begins.get(needle[0], ()) if folded[at : at + len(needle)] == needle]
        for at in places:
            for step in range(len(needle)):
                values[at + step] += contribution / len(needle) / len(places)
    return tuple(Word(*span, value) for span, value in zip(spans, values, strict=True))


def _words(wording: str) -> list[str]:
    """The words of a wording without the virtual ones; never empty."""
    for virtual in _VIRTUAL:
        wording = wording.replace(virtual, " ")
    return [fold(match.group()) for match in _PIECE.finditer(wording)] or [""]
