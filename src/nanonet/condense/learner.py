"""The learner a condensed table is made for: softmax regression on the encoder view.

The same objective serves both sides, so a ratio of their accuracies compares data and nothing else:
``0.5 |W|^2 + c * sum of weight * cross-entropy(soft label, softmax(W x + b))``, the bias free.
"""

from __future__ import annotations

import numpy as np

from nanonet.condense.seen import Kept, Seen
from nanonet.learn import Floats, fit_softmax, softmax

_STEPS = 500
_TOLERANCE = 1e-9


def retrain(
    features: Floats, labels: Floats, weights: Floats, c: float, sharpen: float = 1.0
) -> Floats:
    """Coefficients [d + 1, C] from condensed rows: features [m, d], soft labels [m, C].

    The penalised optimum lies in the span of the rows, so the regression runs in an orthonormal
    basis of that span: ``m`` columns in place of ``d``, and the same optimum.
    """
    basis = np.linalg.qr(features.T.astype(np.float64))[0]
    inside = np.asarray(features @ basis, np.float32)
    found = fit_softmax(
        inside, labels, weights=weights, c=c, iterations=_STEPS, tolerance=_TOLERANCE
    )
    weight = basis @ found[:-1]
    return np.asarray(np.concatenate([weight, found[-1:]]) * sharpen, np.float32)


def retrain_kept(seen: Seen, kept: Kept) -> Floats:
    """The head that a condensed table gives, coefficients [d + 1, C]."""
    return retrain(seen.features[kept.rows], kept.labels, kept.weights, kept.c, kept.sharpen)


def accuracy(coefficients: Floats, seen: Seen) -> float:
    """Share of the rows a head answers rightly."""
    logits = seen.features @ coefficients[:-1] + coefficients[-1]
    return float((logits.argmax(axis=1) == seen.y).mean())


def log_loss(coefficients: Floats, seen: Seen) -> float:
    """Mean of ``-ln`` of what a head gives the right class."""
    answer = softmax(seen.features @ coefficients[:-1] + coefficients[-1])
    right = answer[np.arange(len(seen)), seen.y]
    return float(-np.log(np.maximum(right, 1e-9)).mean())
