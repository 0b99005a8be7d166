"""Why a text got its class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Explanation:
    """The answer for one text and what in it spoke for or against that answer.

    label, confidence: the class and its calibrated probability (0 to 1).
    evidence: (wording, contribution to the label's logit), strongest first, either sign.
    logit, bias, rest: where ``exact``, ``bias + rest + sum of evidence == logit`` up to rounding;
    ``rest`` is the sum of the contributions that were not asked for. Where not exact, each
    contribution is how far the logit falls when those words are left out; they need not add up.
    """

    label: str
    confidence: float
    evidence: tuple[tuple[str, float], ...]
    logit: float
    bias: float
    rest: float
    exact: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        pairs = [{"text": text, "contribution": value} for text, value in self.evidence]
        return {
            "label": self.label,
            "confidence": self.confidence,
            "evidence": pairs,
            "logit": self.logit,
            "bias": self.bias,
            "rest": self.rest,
            "exact": self.exact,
        }


def strongest(
    evidence: list[tuple[str, float]], top: int | None
) -> tuple[tuple[tuple[str, float], ...], float]:
    """The ``top`` strongest parts (all where None), equal wordings added up, and the rest's sum."""
    sums: dict[str, float] = {}
    for wording, value in evidence:
        sums[wording] = sums.get(wording, 0.0) + value
    # Ties go to the wording: the order must not depend on anything else.
    ranked = sorted(sums.items(), key=lambda item: (-abs(item[1]), item[0]))
    cut = len(ranked) if top is None else top
    return tuple(ranked[:cut]), sum(value for _, value in ranked[cut:])
