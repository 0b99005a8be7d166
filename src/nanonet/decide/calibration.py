"""How sure the student may say it is, and how good it is expected to be."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

TEACHER_DOUBT = 0.06  # how far a teacher's own mean confidence is trusted as its accuracy


@dataclass(frozen=True)
class Expected:
    """Expected accuracy on texts like the pile, with an interval and where it comes from."""

    accuracy: float
    low: float
    high: float
    how: str

    def to_dict(self) -> dict[str, float | str]:
        """Plain values for JSON."""
        return asdict(self)


def expect(tried: float | None, confidence: float, labels: int) -> Expected:
    """What to tell the user: accuracy and interval (Wilson, 95 %) from the hidden labels alone.

    tried: accuracy on hidden labels (None where none could be hidden); confidence: mean of the
    teacher's largest probability over the pile, the stopgap without labels; labels: number of
    distinct labels tried on.
    """
    if tried is None or labels == 0:
        how = "from the model's own confidence alone: there were no labels to check it on"
        return Expected(confidence, 0.0, 1.0, how)
    low, high = wilson(tried, labels)
    how = (
        f"from {labels} labels hidden in turn, learning from the other half "
        "(all labels together should do a little better)"
    )
    return Expected(tried, low, high, how)


def believed_accuracy(tried: float | None, tried_se: float, confidence: float, n: int) -> float:
    """The hidden labels' accuracy and the teacher's mean confidence, joined by precision.

    This sets the temperature, for which a steady guess matters more than an unbiased one. The
    confidence is trusted to about 0.06, and to half its distance from the labels where that is
    more: soft labels smoothed over many classes can be far less sure than they are right.
    """
    if tried is None or n == 0:
        return confidence
    se = max(tried_se, 0.5 / n)
    doubt = max(TEACHER_DOUBT, abs(confidence - tried) / 2.0)
    a, b = 1.0 / se**2, 1.0 / doubt**2
    return float((a * tried + b * confidence) / (a + b))


@dataclass(frozen=True)
class Disagreement:
    """What it says of the errors that two students disagree on a share of the pool's texts.

    error: micro's errors over the disagreements; spread: how far that ratio varies, as a share of
    itself; nano: nano's errors over micro's.
    """

    error: float
    spread: float
    nano: float


# Training splits of six sets, 10 labels a class (docs/trust.md). Two students that were taught the
# same soft labels of the pool share more of their errors than two that were not.
_TAUGHT_TOGETHER = Disagreement(1.4, 0.4, 1.05)
_TAUGHT_APART = Disagreement(0.95, 0.15, 1.2)
_LEAST_DOUBT = 0.01


def believed_errors(
    tried: float, tried_se: float, n: int, disagreed: float, *, together: bool
) -> tuple[float, float]:
    """The shares of errors (micro's, nano's) that confidences are set to.

    tried: accuracy on ``n`` hidden labels, with its standard error; disagreed: share of pool texts
    on which nano, not having learned from the text, and micro answer differently; together: whether
    both learned the same soft labels of the pool. Models that err apart disagree where either errs
    (Jiang et al., ICLR 2022), on thousands of texts instead of twenty labels; the two estimates are
    joined by precision.
    """
    rule = _TAUGHT_TOGETHER if together else _TAUGHT_APART
    seen = rule.error * disagreed
    doubt, se = max(_LEAST_DOUBT, rule.spread * seen), max(tried_se, 0.5 / max(n, 1))
    a, b = 1.0 / se**2, 1.0 / doubt**2
    error = (a * (1.0 - tried) + b * seen) / (a + b)
    return float(error), float(min(rule.nano * error, 1.0))


def wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's (1927) interval for a share seen in ``n`` trials."""
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def fit_temperature(logits: Floats, accuracy: float) -> float:
    """The temperature at which the mean confidence over the pile equals ``accuracy``.

    logits: [n, C] of texts the student did not train on. Labels are too few to fit a temperature
    on directly (twenty hidden ones move it by a factor of two), while the mean confidence over
    thousands of texts is exact; cf. Guo et al. (ICML 2017) for temperature scaling itself.
    """
    if not len(logits):
        return 1.0
    classes = logits.shape[1]
    goal = float(np.clip(accuracy, 1.0 / classes + 0.02, 0.995))
    low, high = np.log(0.01), np.log(100.0)
    for _ in range(40):
        middle = 0.5 * (low + high)
        if _confidence(logits, float(np.exp(middle))) > goal:
            low = middle
        else:
            high = middle
    return float(np.float32(np.exp(0.5 * (low + high))))


def _confidence(logits: Floats, temperature: float) -> float:
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return float((powers.max(axis=1) / powers.sum(axis=1)).mean())
