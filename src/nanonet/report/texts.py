"""Texts worth a person's eye: doubtful labels, what to label next, and why the model answers so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nanonet.artefact import Prototype
from nanonet.runtime import Classifier, words_of
from nanonet.select import Doubts, next_texts, prototype_rows, suspects

if TYPE_CHECKING:
    from nanonet.report.trial import Trial

Floats = NDArray[np.float32]

_DOUBTS = 12
_ASKED = 10
_CLEAR, _BORDERLINE = 5, 3
_SHOWN_CHARS = 600
_LEAST_OF_A_CLASS = 3  # as nanonet.select.curate: a smaller class is not doubted


@dataclass(frozen=True)
class Doubt:
    """A labelled row whose label a model that did not see it finds unlikely. row: from 1."""

    row: int
    text: str
    label: str
    suggested: str
    given: float
    instead: float


@dataclass(frozen=True)
class Asked:
    """A text of the pool that is worth a label, what the model takes it for and how surely."""

    text: str
    suggested: str
    confidence: float


@dataclass(frozen=True)
class Mark:
    """A piece of a text and how strongly it spoke for the answer, -1 to 1 (0: not at all)."""

    text: str
    strength: float


@dataclass(frozen=True)
class Example:
    """One answer with its reasons. kind: 'clear' or 'borderline'; other: the runner-up and its
    probability; near: the labelled text nearest in meaning, its label and the cosine, or None."""

    kind: str
    label: str
    confidence: float
    other: str
    other_confidence: float
    marks: tuple[Mark, ...]
    exact: bool
    near: tuple[str, str, float] | None

    def text(self) -> str:
        """The text without its marks."""
        return "".join(mark.text for mark in self.marks)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**vars(self), "marks": [vars(mark) for mark in self.marks]}


def doubtful(
    trial: Trial, texts: Sequence[str], rows: Sequence[int], names: Sequence[str]
) -> tuple[tuple[Doubt, ...], int]:
    """The most doubtful labels, at most twelve, and how many are doubtful in all."""
    found: Doubts = suspects(trial.proba, trial.y)
    large = np.bincount(trial.y, minlength=len(names))[trial.y] >= _LEAST_OF_A_CLASS
    at = np.flatnonzero(found.suspect & large)
    worst = at[np.argsort((found.given - found.instead)[at], kind="stable")][:_DOUBTS]
    shown = tuple(
        Doubt(
            rows[i] + 1,
            texts[i],
            names[trial.y[i]],
            names[found.better[i]],
            float(found.given[i]),
            float(found.instead[i]),
        )
        for i in worst.tolist()
    )
    return shown, len(at)


def typical(trial: Trial, texts: Sequence[str], names: Sequence[str]) -> tuple[Prototype, ...]:
    """A clear and a borderline labelled text of each class, by models that did not see them."""
    return tuple(
        Prototype(names[one], kind, texts[row], float(trial.proba[row, one]))
        for one, clear, border in prototype_rows(trial.proba, trial.y)
        for kind, row in (("clear", clear), ("borderline", border))
        if row is not None
    )


def ask_next(
    pool: Sequence[str],
    proba: Floats,
    vectors: Floats,
    known: Floats,
    names: Sequence[str],
    rng: np.random.Generator,
) -> tuple[Asked, ...]:
    """Ten texts of the pool to label next, as ``nanonet ask`` chooses them; the best first.

    vectors, known: unit vectors of the pool [n, d] and of the labelled texts [m, d].
    """
    chosen = next_texts(vectors, _ASKED, rng, proba, known)
    return tuple(
        Asked(pool[i], names[int(proba[i].argmax())], float(proba[i].max()))
        for i in chosen.tolist()
    )


def pick_examples(texts: Sequence[str], proba: Floats) -> list[tuple[int, str]]:
    """Rows to explain: a clear text of each of the commonest classes, and borderline ones.

    Clear is the ninth decile of confidence, not the record: records are short or odd. Texts much
    longer than the others are passed over.
    """
    words = np.array([len(text.split()) for text in texts])
    fit = np.flatnonzero((words >= 3) & (words <= np.percentile(words, 90)))
    fit = np.arange(len(texts)) if not len(fit) else fit
    said, sure = proba[fit].argmax(axis=1), proba[fit].max(axis=1)
    counts = np.bincount(said, minlength=proba.shape[1])
    out: list[tuple[int, str]] = []
    for one in np.argsort(-counts, kind="stable")[:_CLEAR].tolist():
        mine = fit[said == one]
        if len(mine):
            order = mine[np.argsort(-sure[said == one], kind="stable")]
            out.append((int(order[len(order) // 10]), "clear"))
    top = np.sort(proba[fit], axis=1)
    close = fit[np.argsort(top[:, -1] - top[:, -2], kind="stable")]
    taken = {row for row, _ in out}
    out += [(int(row), "borderline") for row in close if int(row) not in taken][:_BORDERLINE]
    return out


def explain(
    model: Classifier, text: str, kind: str, near: tuple[str, str, float] | None = None
) -> Example:
    """One text's answer with its words marked."""
    text = text[:_SHOWN_CHARS]
    found = model.explain(text, top=None)
    proba = model.predict_proba([text])[0]
    other = int(np.argsort(-proba, kind="stable")[1])
    words = words_of(text, found.evidence)
    most = max((abs(word.value) for word in words), default=0.0) or 1.0
    marks: list[Mark] = []
    last = 0
    for word in words:
        marks += [Mark(text[last : word.start], 0.0)] if word.start > last else []
        marks.append(Mark(text[word.start : word.end], round(word.value / most, 3)))
        last = word.end
    marks += [Mark(text[last:], 0.0)] if last < len(text) else []
    return Example(
        kind, found.label, found.confidence, model.classes_[other], float(proba[other]),
        tuple(marks), found.exact, near,
    )  # fmt: skip


def nearest(
    text: str, vector: Floats, known: Floats, texts: Sequence[str], labels: Sequence[str]
) -> tuple[str, str, float] | None:
    """The labelled text nearest to a unit vector, but ``text`` itself: with its label and cosine.

    known: unit vectors of ``texts``; None where there is no other text.
    """
    cosines = known @ vector if len(known) else np.zeros(0)
    order = (row for row in np.argsort(-cosines, kind="stable").tolist() if texts[row] != text)
    best = next(order, None)
    return None if best is None else (texts[best], labels[best], float(cosines[best]))
