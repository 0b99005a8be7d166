"""Soft labels and weights in closed form: those at which a given head is the very optimum.

At the optimum of ``0.5 |W|^2 + c * sum_i w_i * CE(y_i, p_i)`` the slope is nought, so
``W = sum_i c w_i (y_i - p_i) x_i`` and ``sum_i w_i (y_i - p_i) = 0``. For a head ``W = S^T A`` in
the span of the rows, with the columns of A adding up to nought, both hold for

    y_i = p_i + A_i / (c w_i)

which is a distribution wherever ``c w_i`` is large enough: that sets the weights.
"""

from __future__ import annotations

import numpy as np

from nanonet.condense.seen import Kept, Rows, Seen
from nanonet.condense.span import Span, fit_span
from nanonet.learn import Floats, at_confidence, softmax

CONFIDENCE = 0.8  # mean confidence of the labels before the head's own pull is added
ROOM = 2.0  # a label keeps at least 1 - 1 / ROOM of what the head gives each class
_DIGITS = 6


def label_for_head(seen: Seen, rows: Rows) -> Kept:
    """Label ``rows`` so that learning from them gives the best head their span has for the table.

    The head is scaled down until it is ``CONFIDENCE`` sure of the rows on average, which keeps the
    labels soft enough to read and to learn from; the factor is undone by ``sharpen``.
    """
    span = Span.of(seen, rows)
    head = fit_span(seen, span, iterations=200).head(span)
    head = head - head.mean(axis=1, keepdims=True)
    return labels_of(head, seen.features[rows], rows)


def labels_of(head: Floats, features: Floats, rows: Rows) -> Kept:
    """Labels and weights for ``features`` [m, d] of which ``head`` [d + 1, C] is the optimum.

    Of a head outside the rows' span the nearest one inside is taken (least squares).
    """
    logits = features @ head[:-1] + head[-1]
    goal = max(CONFIDENCE, 1.5 / head.shape[1])
    scaled = at_confidence(np.asarray(logits, np.float32), goal)
    spread = logits - logits.mean(axis=1, keepdims=True)
    factor = float(np.vdot(scaled, spread) / max(np.vdot(spread, spread), 1e-12))
    pull = _pull(head[:-1] * factor, features)
    answer = softmax(scaled).astype(np.float64)
    strength = ROOM * np.max(-pull / np.maximum(answer, 1e-9), axis=1)
    strength = np.maximum(strength, 1e-3 * strength.max() + 1e-12)
    labels = np.maximum(answer + pull / strength[:, None], 0.0)
    labels = np.round(labels / labels.sum(axis=1, keepdims=True), _DIGITS)
    c = float(strength.mean())
    return Kept(
        rows,
        np.asarray(labels / labels.sum(axis=1, keepdims=True), np.float32),
        np.asarray(np.round(strength / c, _DIGITS), np.float32),
        c,
        1.0 / max(factor, 1e-12),
    )


def _pull(weight: Floats, features: Floats) -> np.ndarray:
    """A [m, C] with ``features^T A = weight`` and columns that add up to nought."""
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    return np.asarray(np.linalg.pinv(centred.T, rcond=1e-6) @ weight)
