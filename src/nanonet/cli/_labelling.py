"""What ``predict`` adds to every row: one label, or all that apply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.decide import Promise
    from nanonet.runtime import Classifier, ManyClassifier

_DIGITS = 6  # more than a float32 probability knows


class Labelling(Protocol):
    """The columns that are added, and their values for some texts."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""

    def values(self, texts: Sequence[str]) -> tuple[list[list[Any]], int]:
        """A list of values a column, and how many texts were left without a label on purpose."""


class OneLabel:
    """``label`` and ``confidence``; with a promise, no label where the model is not sure enough."""

    names = ("label", "confidence")

    def __init__(self, classifier: Classifier, promise: Promise | None) -> None:
        self._classifier, self._promise = classifier, promise

    def values(self, texts: Sequence[str]) -> tuple[list[list[Any]], int]:
        """As in :class:`Labelling`."""
        import numpy as np

        classes = self._classifier.classes_
        least = np.float32(0.0 if self._promise is None else self._promise.threshold)
        proba = self._classifier.predict_proba(texts)
        labels = [classes[column] for column in proba.argmax(axis=1).tolist()]
        unsure = np.flatnonzero(proba.max(axis=1) < least).tolist()
        for row in unsure:
            labels[row] = ""
        confidence = np.round(proba.max(axis=1).astype(np.float64), _DIGITS).tolist()
        return [labels, confidence], len(unsure)


class ManyLabels:
    """``labels`` and ``confidences``, each joined by ``|``; both empty where no label applies."""

    names = ("labels", "confidences")

    def __init__(self, classifier: ManyClassifier) -> None:
        self._classifier = classifier

    def values(self, texts: Sequence[str]) -> tuple[list[list[Any]], int]:
        """As in :class:`Labelling`."""
        proba = self._classifier.predict_proba(texts)
        said = self._classifier.decide(proba)
        labels = ["|".join(names) for names in self._classifier.names_of(said)]
        sure = [
            "|".join(f"{one:.{_DIGITS}g}" for one in row[yes].tolist())
            for row, yes in zip(proba, said, strict=True)
        ]
        return [labels, sure], 0


def refuse_max_error() -> UserError:
    """The sentence for a promise asked of a model with several labels a text."""
    return UserError(
        "--max-error promises a share of wrong labels where each text gets one; this model gives "
        "several labels a text, each from a threshold of its own on (nanonet info MODEL)"
    )
