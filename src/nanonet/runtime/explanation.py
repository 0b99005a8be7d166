"""Why a text got its class."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nanonet.runtime.scorer import Floats

_MOST_SPANS = 64  # an explanation costs one run for each


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


def left_out(
    logits: Callable[[Sequence[str]], Floats], text: str, column: int
) -> list[tuple[str, float]]:
    """How far the logit of ``column`` falls when a word (of a long text: some words) is left out.

    logits: of texts, [n, C].
    """
    words = [match.span() for match in re.finditer(r"\S+", text)]
    size = max(1, -(-len(words) // _MOST_SPANS))
    groups = [words[i : i + size] for i in range(0, len(words), size)]
    spans = [(group[0][0], group[-1][1]) for group in groups]
    without = [text[:start] + text[end:] for start, end in spans]
    scores = logits([text, *without])[:, column].astype("float64")
    falls = scores[0] - scores[1:]
    return [(text[start:end], float(x)) for (start, end), x in zip(spans, falls, strict=True)]


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
