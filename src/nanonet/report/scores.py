"""How good answers are on labelled texts: accuracy, classes, confusions, confidence, coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.decide import (
    ClassScore,
    confusion,
    ece,
    error_bound,
    log_loss,
    macro_f1,
    per_class,
    wilson,
)

Floats = NDArray[np.float32]

_BINS = 10
_LEAST_IN_BIN = 8
_POINTS = 60
_PAIRS = 8


@dataclass(frozen=True)
class Bin:
    """Answers of like confidence: its mean, the share that is right with its 95 % interval."""

    confidence: float
    accuracy: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True)
class RiskPoint:
    """Answering only the surest: the share answered, the share of these that is wrong, and the
    share that it exceeds with a chance of at most 5 %."""

    coverage: float
    error: float
    bound: float
    threshold: float


@dataclass(frozen=True)
class Pair:
    """Two classes that are taken for each other: how often each way, of how many."""

    one: str
    other: str
    one_as_other: int
    other_as_one: int
    rows: int

    @property
    def errors(self) -> int:
        """How often in all."""
        return self.one_as_other + self.other_as_one


@dataclass(frozen=True)
class Scores:
    """Answers to ``rows`` labelled texts. how: where they come from, as a sentence's end."""

    how: str
    rows: int
    accuracy: float
    low: float
    high: float
    macro_f1: float
    ece: float
    log_loss: float
    confusion: NDArray[np.int64]
    classes: tuple[ClassScore, ...]
    bins: tuple[Bin, ...]
    risk: tuple[RiskPoint, ...]
    pairs: tuple[Pair, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = dict(vars(self))
        plain["confusion"] = self.confusion.tolist()
        for name in ("classes", "bins", "risk", "pairs"):
            plain[name] = [dict(vars(one)) for one in getattr(self, name)]
        return plain


def score(y: NDArray[np.int64], proba: Floats, names: Sequence[str], how: str) -> Scores:
    """Score probabilities [n, C] against classes [n]; n at least 1."""
    said = proba.argmax(axis=1)
    counts = confusion(y, said, len(names))
    right = float((said == y).mean())
    return Scores(
        how,
        len(y),
        right,
        *wilson(right, len(y)),
        macro_f1(y, said, len(names)),
        ece(proba, y, bins=max(1, min(15, len(y) // _LEAST_IN_BIN))),
        log_loss(proba, y),
        counts,
        tuple(per_class(y, said, len(names))),
        reliability(proba.max(axis=1), said == y),
        risk_coverage(proba.max(axis=1), said == y),
        confused(counts, names),
    )


def reliability(sure: Floats, right: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Bins of equal mass, the least sure first; fewer where there are few rows."""
    count = max(1, min(_BINS, len(sure) // _LEAST_IN_BIN))
    groups = np.array_split(np.argsort(sure, kind="stable"), count)
    return tuple(
        Bin(float(sure[g].mean()), share, *wilson(share, len(g)), len(g))
        for g in groups
        for share in [float(right[g].mean())]
    )


def risk_coverage(sure: Floats, right: NDArray[np.bool_]) -> tuple[RiskPoint, ...]:
    """At most 60 points from the surest answer to all; ties in confidence are kept together.

    bound: one-sided Clopper-Pearson at 95 % for that coverage by itself. To choose a coverage by
    the curve and then believe its bound is to choose by luck; ``Classifier.promise`` does not.
    """
    order = np.argsort(-sure, kind="stable")
    falling, wrong = sure[order], np.cumsum(~right[order])
    ends = np.flatnonzero(np.append(falling[1:] < falling[:-1], True)) + 1
    if len(ends) > _POINTS:
        ends = ends[np.unique(np.linspace(0, len(ends) - 1, _POINTS).astype(int))]
    n = len(sure)
    return tuple(
        RiskPoint(
            kept / n,
            float(wrong[kept - 1] / kept),
            error_bound(int(wrong[kept - 1]), kept),
            float(falling[kept - 1]),
        )
        for kept in ends.tolist()
    )


def confused(counts: NDArray[np.int64], names: Sequence[str]) -> tuple[Pair, ...]:
    """The pairs that are confused most often, at most eight, none that never is."""
    both = counts + counts.T
    np.fill_diagonal(both, 0)
    ones, others = np.nonzero(np.triu(both))
    order = np.argsort(-both[ones, others], kind="stable")[:_PAIRS]
    sizes = counts.sum(axis=1)
    return tuple(
        Pair(names[a], names[b], int(counts[a, b]), int(counts[b, a]), int(sizes[a] + sizes[b]))
        for a, b in zip(ones[order].tolist(), others[order].tolist(), strict=True)
    )
