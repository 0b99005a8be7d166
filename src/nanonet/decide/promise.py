"""Selective prediction with a promise: of the texts that are answered, few enough are wrong.

On labels that were hidden from a model, the surest answers are counted, more and more of them, and
each time the number of wrong ones is held against the share that may be wrong (exact binomial
test, Clopper and Pearson 1934). The counts are laid down before anything is seen and the first
failure ends it, so all the tests together are wrong with the chance of one (fixed sequence;
Angelopoulos et al., "Learn then Test", arXiv 2110.01052).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import ceil, exp, lgamma, log, log1p
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95  # of 100 promises about five may be broken
ERRORS = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3)
_FIRST, _STEP = 3, 20  # a third of the labels comes first, then a twentieth more each time


@dataclass(frozen=True)
class Promise:
    """At most ``max_error`` of the answers given with a confidence of ``threshold`` are wrong.

    level: the chance with which that holds; coverage: share of the pool's texts that are answered;
    kept, wrong: hidden labels it rests on and how many of them were answered wrongly; label: the
    class whose answers it is about, None for all.
    """

    max_error: float
    threshold: float
    coverage: float
    kept: int
    wrong: int
    level: float = LEVEL
    label: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the level and the label, which are told once for many."""
        found = asdict(self)
        del found["level"], found["label"]
        return found

    def __str__(self) -> str:
        whose = "answers" if self.label is None else f"answers {self.label!r}"
        return (
            f"{whose} given with a confidence of {self.threshold:.1%} or more (about "
            f"{self.coverage:.0%} of them): at most {self.max_error:g} wrong, with "
            f"{self.level:.0%} confidence, by {self.kept} hidden labels of which {self.wrong} were "
            "answered wrongly"
        )


def chance(wrong: int, kept: int, share: float) -> float:
    """The chance of at most ``wrong`` wrong ones among ``kept`` where a ``share`` is wrong.

    >>> round(chance(0, 59, 0.05), 4)
    0.0485
    """
    if share >= 1.0:
        return float(wrong >= kept)
    if share <= 0.0:
        return 1.0
    whole = lgamma(kept + 1)
    return min(
        1.0,
        sum(
            exp(
                whole
                - lgamma(i + 1)
                - lgamma(kept - i + 1)
                + i * log(share)
                + (kept - i) * log1p(-share)
            )
            for i in range(wrong + 1)
        ),
    )


def error_bound(wrong: int, kept: int, level: float = LEVEL) -> float:
    """The largest share of wrong ones that the counts leave possible (Clopper and Pearson).

    >>> round(error_bound(0, 59), 3)
    0.05
    """
    low, high = wrong / kept, 1.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        if chance(wrong, kept, middle) > 1.0 - level:
            low = middle
        else:
            high = middle
    return high


def least_kept(max_error: float, level: float = LEVEL) -> int:
    """How many answers must be right, and none wrong, before ``max_error`` can be promised.

    >>> least_kept(0.05), least_kept(0.1)
    (59, 29)
    """
    return ceil(log(1.0 - level) / log1p(-max_error))


def surest_kept(
    confidence: NDArray[np.floating[Any]],
    right: NDArray[np.bool_],
    max_error: float,
    *,
    loss: Callable[[float], float] = lambda share: 0.0,
    level: float = LEVEL,
) -> int:
    """How many of the surest answers may be given; 0 where nothing can be promised.

    confidence, right: [n], of answers to rows drawn like those to come. loss: by how much whoever
    answers later is estimated to be wrong more often, of a share of answers; it is taken off
    ``max_error``.
    """
    n, found = len(right), 0
    wrong = np.cumsum(~right[np.argsort(-confidence, kind="stable")])
    for kept in _counts(n):
        allowed = max_error - max(loss(kept / n), 0.0)
        if not found and (allowed <= 0 or kept < least_kept(allowed, level)):
            continue  # no outcome could pass, so it is no test
        if allowed <= 0 or chance(int(wrong[kept - 1]), kept, allowed) > 1.0 - level:
            break
        found = kept
    return found


def _counts(n: int) -> list[int]:
    """The counts that are tested, whatever the outcomes."""
    return sorted({*range(max(1, n // _FIRST), n, max(1, n // _STEP)), n} - {0})
