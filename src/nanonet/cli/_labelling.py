"""What ``predict`` adds to every row: one label, or all that apply."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from nanonet.errors import UserError

if TYPE_CHECKING:
    from nanonet.runtime import Classifier, ManyClassifier
    from nanonet.runtime.scorer import Floats

_DIGITS = 6  # more than a float32 probability knows


class Labelling(Protocol):
    """The columns that are added, and their values for some texts."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""

    def values(self, texts: Sequence[str]) -> tuple[list[list[Any]], int]:
        """A list of values a column, and how many texts were left without a label on purpose."""


class OneLabel:
    """``label`` and ``confidence``; no label where the model is not sure enough of it (least: by
    class, [C]), or the text too foreign, which a third column then tells."""

    def __init__(
        self, classifier: Classifier, least: Floats | None, max_foreign: float | None
    ) -> None:
        self._classifier, self._least, self._max_foreign = classifier, least, max_foreign
        self.names: tuple[str, ...] = ("label", "confidence")
        if max_foreign is not None:
            self.names += ("foreign",)

    def values(self, texts: Sequence[str]) -> tuple[list[list[Any]], int]:
        """As in :class:`Labelling`."""
        import numpy as np

        classes = self._classifier.classes_
        logits = self._classifier.decision_logits(texts)
        proba = self._classifier.proba_of(logits)
        columns, sure = proba.argmax(axis=1), proba.max(axis=1)
        labels = [classes[column] for column in columns.tolist()]
        silent = np.zeros(len(labels), np.bool_)
        if self._least is not None:
            silent |= sure < self._least[columns]
        found = [labels, _rounded(sure)]
        if self._max_foreign is not None:
            foreign = self._classifier.foreign_of(logits)
            silent |= foreign > np.float32(self._max_foreign)
            found.append(_rounded(foreign))
        for row in np.flatnonzero(silent).tolist():
            labels[row] = ""
        return found, int(silent.sum())


def _rounded(shares: Floats) -> list[float]:
    found: list[float] = shares.astype(float).round(_DIGITS).tolist()
    return found


class ManyLabels:
    """``labels`` and ``confidences``, each joined by ``|``; both empty where no label applies."""

    names = ("labels", "confidences")

    def __init__(self, classifier: ManyClassifier) -> None:
        self._classifier = classifier

    def values(self, texts: Sequence[str]) -> tuple[list[list[Any]], int]:
        """As in :class:`Labelling`."""
        proba = self._classifier.predict_proba(texts)
        said = self._classifier.decide(proba)
        sets = self._classifier.names_of(said)
        flat = iter(map(str, _rounded(proba[said])))
        sure = ["|".join(islice(flat, len(names))) for names in sets]
        return [["|".join(names) for names in sets], sure], 0


def refuse_for_many(option: str) -> UserError:
    """The sentence for an option that a model with several labels a text does not know."""
    return UserError(
        f"{option} is for models that give each text one label; this model gives several labels a "
        "text, each from a threshold of its own on (nanonet info MODEL)"
    )
