"""The finished model that gives a text any number of labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import FormatError, UserError
from nanonet.runtime._sigmoid import sigmoid
from nanonet.runtime.classifier import listed
from nanonet.runtime.explanation import Explanation, strongest
from nanonet.runtime.scorer import Floats, Scorer


@dataclass(frozen=True)
class ManyRule:
    """From scores to labels: float32 [C] each.

    probability = sigmoid(scale * score + shift), and a class is given where its probability is at
    least its threshold. Raises FormatError where one of them is no such list of numbers.
    """

    scale: Floats
    shift: Floats
    thresholds: Floats

    def __post_init__(self) -> None:
        for name in ("scale", "shift", "thresholds"):
            values = getattr(self, name)
            if values.dtype != np.float32 or not np.isfinite(values).all():
                raise FormatError(f"the model's {name} are not numbers; fit again")
            if values.shape != self.scale.shape:
                raise FormatError(f"the model has {len(values)} {name} for {len(self.scale)}")
        if not (self.scale > 0).all():
            raise FormatError("the model's scale is not above 0 for every class; fit again")


@final
class ManyClassifier:
    """Gives each text the labels that apply to it, perhaps none, with a probability for each.

    Made by ``nanonet.load_many(folder)``. The answer for a text never depends on the texts beside
    it. Texts are an iterable of strings; UserError where they are one string, or hold another
    value.

    >>> model = nanonet.load_many("model")  # doctest: +SKIP
    >>> model.predict(["late and broken"])  # doctest: +SKIP
    [('damage', 'delivery')]
    """

    def __init__(
        self,
        classes: Sequence[str],
        scorer: Scorer,
        rule: ManyRule,
        *,
        info: dict[str, Any] | None = None,
    ) -> None:
        if len(classes) != scorer.class_count or len(classes) != len(rule.scale):
            raise FormatError(
                f"the model names {len(classes)} classes, its student scores {scorer.class_count} "
                f"and {len(rule.scale)} are calibrated; fit again"
            )
        self.classes_ = list(classes)
        self.info: dict[str, Any] = info or {}
        self._scorer, self._rule = scorer, rule

    def __repr__(self) -> str:
        return f"ManyClassifier({len(self.classes_)} classes, {type(self._scorer).__name__})"

    @property
    def thresholds_(self) -> Floats:
        """The probability from which on each class is given, float32 [C]."""
        return self._rule.thresholds.copy()

    def predict(self, texts: Iterable[str], *, threads: int | None = None) -> list[tuple[str, ...]]:
        """The labels of each text, in the order of ``classes_``; () where none applies."""
        return self.names_of(self.decide(self.predict_proba(texts, threads=threads)))

    def predict_proba(self, texts: Iterable[str], *, threads: int | None = None) -> Floats:
        """Probabilities, float32 [n, C]; each column by itself, so rows sum to anything."""
        return self.proba_of(self.decision_logits(texts, threads=threads))

    def proba_of(self, logits: Floats) -> Floats:
        """Probabilities of raw scores that ``decision_logits`` gave, float32 [n, C]."""
        return sigmoid(logits, self._rule.scale, self._rule.shift)

    def decision_logits(self, texts: Iterable[str], *, threads: int | None = None) -> Floats:
        """Raw scores before calibration, float32 [n, C]."""
        return self._scorer.logits(listed(texts), threads)

    def decide(self, proba: Floats) -> NDArray[np.bool_]:
        """Which probabilities [n, C] reach their class's threshold, bool [n, C]."""
        return proba >= self._rule.thresholds

    def names_of(self, said: NDArray[np.bool_]) -> list[tuple[str, ...]]:
        """The names of the given classes of each row."""
        flat = [self.classes_[column] for column in np.nonzero(said)[1].tolist()]
        ends = np.cumsum(said.sum(axis=1)).tolist()
        return [tuple(flat[first:last]) for first, last in zip([0, *ends[:-1]], ends, strict=False)]

    def explain(self, text: str, top: int | None = 10) -> list[Explanation]:
        """Why each label was given, surest first; of the likeliest class where none was.

        As ``Classifier.explain``, an :class:`Explanation` a label. Where none was given the one
        there is has a confidence under its threshold.
        """
        if not isinstance(text, str):
            raise UserError(f"explain takes one string, not a {type(text).__name__}")
        if top is not None and top < 0:
            raise UserError(f"top is {top}; it must be 0 or more, or None for everything")
        logits = self._scorer.logits([text])
        proba = self.proba_of(logits)
        given = np.flatnonzero(self.decide(proba)[0])
        columns = given if len(given) else np.argmax(proba, axis=1)
        order = columns[np.argsort(-proba[0, columns], kind="stable")]
        return [self._why(text, int(column), logits, proba, top) for column in order]

    def _why(
        self, text: str, column: int, logits: Floats, proba: Floats, top: int | None
    ) -> Explanation:
        shown, rest = strongest(self._scorer.evidence(text, column), top)
        return Explanation(
            label=self.classes_[column],
            confidence=float(proba[0, column]),
            evidence=shown,
            logit=float(logits[0, column]),
            bias=float(self._scorer.bias[column]),
            rest=rest,
            exact=self._scorer.exact,
        )
