"""The best linear head within the span of a few rows, judged on the whole table.

A penalised regression on m rows can only reach heads ``W = S^T A`` whose columns are combinations
of differences of those rows: the free bias makes the coefficients of each class add up to nought.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.condense.seen import FULL_C, Rows, Seen
from nanonet.learn import Floats, fit_softmax, one_hot, softmax

_THIN = 1e-3  # a direction of this length adds nothing that float32 could use


@dataclass(frozen=True)
class Span:
    """An orthonormal basis [d, r] of the differences of some rows, and the table seen in it [n, r].

    origin: [d], a point of the rows' affine hull.
    """

    basis: Floats
    inside: Floats
    origin: Floats

    @staticmethod
    def of(seen: Seen, rows: Rows) -> Span:
        """The span of ``rows``."""
        chosen = seen.features[rows].astype(np.float64)
        origin = chosen.mean(axis=0)
        left, size, _ = np.linalg.svd((chosen - origin).T, full_matrices=False)
        basis = np.asarray(left[:, size > _THIN], np.float32)
        return Span(basis, seen.features @ basis, origin.astype(np.float32))

    def without(self, seen: Seen, rows: Rows) -> Span:
        """The span of ``rows``, which must lie in this one; the table is only turned."""
        chosen = self.basis.T @ (seen.features[rows] - self.origin).T
        origin = chosen.mean(axis=1, keepdims=True)
        left, size, _ = np.linalg.svd((chosen - origin).astype(np.float64), full_matrices=False)
        turn = np.asarray(left[:, size > _THIN], np.float32)
        middle = seen.features[rows].mean(axis=0)
        return Span(self.basis @ turn, self.inside @ turn, middle)

    def with_rows(self, seen: Seen, rows: Rows) -> Span:
        """The span with more rows in it; the old basis stays in front."""
        basis = self.basis
        for row in rows:
            left = seen.features[row] - self.origin
            for _ in range(2):  # twice is enough (Kahan, in Parlett 1980)
                left = left - basis @ (basis.T @ left)
            length = float(np.linalg.norm(left))
            if length > _THIN:
                basis = np.concatenate([basis, (left / length)[:, None]], axis=1)
        new = seen.features @ basis[:, self.basis.shape[1] :]
        return Span(basis, np.concatenate([self.inside, new], axis=1), self.origin)


@dataclass(frozen=True)
class Fit:
    """A head in a span: coefficients [r + 1, C] on the basis; error [n, C] = label - answer."""

    coefficients: Floats
    error: Floats
    loss: float

    def head(self, span: Span) -> Floats:
        """Coefficients [d + 1, C] on the features."""
        weight = span.basis @ self.coefficients[:-1]
        return np.asarray(np.concatenate([weight, self.coefficients[-1:]]), np.float32)


def fit_span(
    seen: Seen,
    span: Span,
    start: NDArray[np.float32] | None = None,
    iterations: int = 60,
) -> Fit:
    """The whole table's own objective, minimised over the span.

    start: coefficients to begin from, [r' + 1, C] with r' at most the width of the span.
    """
    target = one_hot(seen.y, seen.classes)
    begin = None
    if start is not None:
        more = span.basis.shape[1] + 1 - len(start)
        gap = np.zeros((more, seen.classes), np.float32)
        begin = np.concatenate([start[:-1], gap, start[-1:]])
    found = fit_softmax(span.inside, target, c=FULL_C, start=begin, iterations=iterations)
    answer = softmax(span.inside @ found[:-1] + found[-1])
    sure = np.maximum(answer[np.arange(len(seen)), seen.y], 1e-12)
    penalty = 0.5 * float((found[:-1] ** 2).sum()) / (FULL_C * len(seen))
    return Fit(found, target - answer, float(-np.log(sure).mean()) + penalty)
