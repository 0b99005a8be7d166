"""The ensemble: nano and micro both answer, and their answers are multiplied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nanonet.errors import FormatError
from nanonet.runtime.explanation import left_out
from nanonet.runtime.micro import MicroScorer
from nanonet.runtime.nano import NanoScorer
from nanonet.runtime.scorer import Floats, best_names


@dataclass(frozen=True)
class EnsembleRule:
    """How the two are multiplied: logits = micro / micro_temperature + nano_weight * nano /
    nano_temperature, so that a probability of either means what it means alone. nano_weight may be
    0, and then micro stands alone."""

    nano_temperature: float
    micro_temperature: float
    nano_weight: float

    def joined(self, nano: Floats, micro: Floats) -> Floats:
        """Both students' scores [n, C] as one, computed in float64 and rounded once."""
        own = micro.astype(np.float64) / self.micro_temperature
        other = nano.astype(np.float64) / self.nano_temperature
        return (own + self.nano_weight * other).astype(np.float32)

    def check(self) -> None:
        """Raises FormatError where a number is none, or out of its range."""
        check_positive(self, "the ensemble's", zero=("nano_weight",))


def check_positive(rule: object, whose: str, zero: Sequence[str] = ()) -> None:
    """Raises FormatError unless every field is a number above 0; those in ``zero`` may be that."""
    for name, value in vars(rule).items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise FormatError(f"{whose} {name} is {value!r}; it must be a number")
        if not np.isfinite(value) or value < 0 or (value == 0 and name not in zero):
            least = "0 or more" if name in zero else "above 0"
            raise FormatError(f"{whose} {name} is {value!r}; it must be {least}")


class EnsembleScorer:
    """A product of two experts (Hinton 2002) that see the same text differently.

    The n-gram table knows words the encoder does not, and the encoder what no single word says, so
    their errors differ. Raises FormatError where the two do not score the same classes or the rule
    is off.
    """

    exact = False

    def __init__(self, nano: NanoScorer, micro: MicroScorer, rule: EnsembleRule) -> None:
        if nano.class_count != micro.class_count:
            raise FormatError(
                f"the model's nano student scores {nano.class_count} classes and its micro "
                f"student {micro.class_count}; fit again"
            )
        rule.check()
        self.rule, self.nano, self.micro = rule, nano, micro
        self.bias = rule.joined(nano.bias, micro.bias)

    @property
    def class_count(self) -> int:
        """C."""
        return self.nano.class_count

    def logits(self, texts: Sequence[str], threads: int | None = None) -> Floats:
        """Both students' scores as one, float32 [n, C]."""
        nano = self.nano.logits(texts, threads)
        return self.rule.joined(nano, self.micro.logits(texts, threads))

    def best(
        self, texts: Sequence[str], names: tuple[str, ...], threads: int | None = None
    ) -> list[str]:
        """The name of the likeliest class of each text."""
        return best_names(self.logits(texts, threads), names)

    def answering(self, text: str) -> EnsembleScorer:
        """Itself."""
        return self

    def evidence(self, text: str, column: int) -> list[tuple[str, float]]:
        """How far the logit falls when a word (of a long text: some words) is left out."""
        return left_out(self.logits, text, column)
