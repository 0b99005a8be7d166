"""The cascade: a nano student answers what it is sure of and passes the rest to an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import FormatError
from nanonet.runtime._softmax import softmax
from nanonet.runtime.ensemble import EnsembleRule, EnsembleScorer, check_positive
from nanonet.runtime.micro import MicroScorer
from nanonet.runtime.nano import NanoScorer
from nanonet.runtime.scorer import Floats, Scorer, best_names


@dataclass(frozen=True)
class CascadeRule:
    """When nano's answer stands: its largest probability is at least ``threshold`` (0 to 1).

    joint_temperature: what the ensemble's logits are divided by, as nano's are by their own, so
    that both speak of probabilities on one scale and the cascade itself needs no temperature.
    """

    threshold: float
    joint_temperature: float

    def check(self) -> None:
        """Raises FormatError where a number is none, or out of its range."""
        check_positive(self, "the cascade's", zero=("threshold",))
        if self.threshold > 1:
            raise FormatError(f"the cascade's threshold is {self.threshold!r}; it must be 0 to 1")


class CascadeScorer:
    """logits = nano's over its temperature where nano is sure, else the ensemble's over its own.

    Which of them answers depends on the text alone, never on the texts beside it. Raises
    FormatError where the rule is off.
    """

    def __init__(self, ensemble: EnsembleScorer, rule: CascadeRule) -> None:
        rule.check()
        self.rule, self._nano = rule, ensemble.nano
        self._nano_temperature = ensemble.rule.nano_temperature
        self._stages = (
            _Tempered(ensemble.nano, self._nano_temperature),
            _Tempered(ensemble, rule.joint_temperature),
        )

    @property
    def exact(self) -> bool:
        """Not as a whole; ``answering`` gives the student that answers one text."""
        return False

    @property
    def class_count(self) -> int:
        """C."""
        return self._nano.class_count

    @property
    def bias(self) -> Floats:
        """That of nano, which every text meets first."""
        return self._stages[0].bias

    def passed(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Which texts nano is not sure of, bool [n]."""
        return self._unsure(self._nano.logits(texts))

    def logits(self, texts: Sequence[str], threads: int | None = None) -> Floats:
        """Scores over the temperature of what answers, float32 [n, C]."""
        raw = self._nano.logits(texts, threads)
        out = _over(raw, self._nano_temperature)
        passed = np.flatnonzero(self._unsure(raw))
        if len(passed):
            rest = [texts[row] for row in passed.tolist()]
            out[passed] = self._stages[1].logits(rest, threads)
        return out

    def best(
        self, texts: Sequence[str], names: tuple[str, ...], threads: int | None = None
    ) -> list[str]:
        """The name of the likeliest class of each text."""
        return best_names(self.logits(texts, threads), names)

    def answering(self, text: str) -> Scorer:
        """The student that answers ``text``, its scores over its temperature."""
        return self._stages[int(self.passed([text])[0])]

    def evidence(self, text: str, column: int) -> list[tuple[str, float]]:
        """What the answering student says of its parts."""
        return self.answering(text).evidence(text, column)

    def _unsure(self, raw: Floats) -> NDArray[np.bool_]:
        if not len(raw):
            return np.zeros(0, np.bool_)
        sure = softmax(raw, self._nano_temperature).max(axis=1)
        unsure: NDArray[np.bool_] = sure < np.float32(self.rule.threshold)
        return unsure


BothRules = tuple[EnsembleRule] | tuple[EnsembleRule, CascadeRule]
"""Those of an ensemble, and of a cascade before it."""


def of_both(nano: NanoScorer, micro: MicroScorer, rules: BothRules) -> Scorer:
    """An ensemble, or the cascade before it where there is a rule for that."""
    ensemble = EnsembleScorer(nano, micro, rules[0])
    return CascadeScorer(ensemble, rules[1]) if len(rules) == 2 else ensemble


class _Tempered:
    """A student whose scores are divided by a temperature."""

    def __init__(self, scorer: Scorer, temperature: float) -> None:
        self._scorer, self._temperature = scorer, temperature
        self.exact = scorer.exact
        self.class_count = scorer.class_count
        self.bias = _over(scorer.bias, temperature)

    def logits(self, texts: Sequence[str], threads: int | None = None) -> Floats:
        return _over(self._scorer.logits(texts, threads), self._temperature)

    def best(
        self, texts: Sequence[str], names: tuple[str, ...], threads: int | None = None
    ) -> list[str]:
        return self._scorer.best(texts, names, threads)

    def answering(self, text: str) -> Scorer:
        return self

    def evidence(self, text: str, column: int) -> list[tuple[str, float]]:
        parts = self._scorer.evidence(text, column)
        return [(wording, value / self._temperature) for wording, value in parts]


def _over(values: Floats, temperature: float) -> Floats:
    """values / temperature, computed in float64 and rounded once."""
    return (values.astype(np.float64) / temperature).astype(np.float32)
