"""What a model says of texts, as the plain values of an answer: one label, or all that apply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from nanonet.runtime import Classifier, Explanation, ManyClassifier
from nanonet.runtime.scorer import Floats
from nanonet.serve.drift import Drift

__all__ = ["Said", "said_by"]

_DIGITS = 6  # more than a float32 probability knows


class Said(Protocol):
    """Answers of one model."""

    def answers(self, texts: Sequence[str], proba: Floats, drift: Drift) -> list[dict[str, Any]]:
        """An answer for each row of probabilities [n, C]; ``drift`` is told of them."""

    def explained(self, text: str, found: Any) -> dict[str, Any]:
        """What ``explain`` of the model gave, as the answer's fields."""


class OneSaid:
    """``label`` and ``confidence``."""

    def __init__(self, classifier: Classifier) -> None:
        self._classes = classifier.classes_

    def answers(self, texts: Sequence[str], proba: Floats, drift: Drift) -> list[dict[str, Any]]:
        """As in :class:`Said`."""
        columns = proba.argmax(axis=1).tolist() if len(proba) else []
        sure = [float(row[column]) for row, column in zip(proba, columns, strict=True)]
        drift.add(texts, columns, sure)
        return [
            {"label": self._classes[column], "confidence": round(one, _DIGITS)}
            for column, one in zip(columns, sure, strict=True)
        ]

    def explained(self, text: str, found: Explanation) -> dict[str, Any]:
        """As in :class:`Said`."""
        return found.to_dict()


class ManySaid:
    """``labels`` and their ``confidences``, both empty where no label applies."""

    def __init__(self, classifier: ManyClassifier) -> None:
        self._classifier = classifier

    def answers(self, texts: Sequence[str], proba: Floats, drift: Drift) -> list[dict[str, Any]]:
        """As in :class:`Said`."""
        if not len(proba):
            return []
        said = self._classifier.decide(proba)
        drift.add(texts, said.nonzero()[1].tolist(), proba.max(axis=1).astype(float).tolist())
        return [
            {"labels": list(names), "confidences": [round(float(x), _DIGITS) for x in row[yes]]}
            for names, row, yes in zip(self._classifier.names_of(said), proba, said, strict=True)
        ]

    def explained(self, text: str, found: list[Explanation]) -> dict[str, Any]:
        """As in :class:`Said`."""
        given = list(self._classifier.predict([text])[0])
        return {"labels": given, "explanations": [one.to_dict() for one in found]}


def said_by(classifier: Classifier | ManyClassifier) -> Said:
    """The kind of answers that a model gives."""
    if isinstance(classifier, ManyClassifier):
        return ManySaid(classifier)
    return OneSaid(classifier)
