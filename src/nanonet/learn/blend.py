"""Several teachers' answers as one: each at the same confidence, then multiplied."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nanonet.learn._softmax import Floats, softmax

CONFIDENCE = 0.7  # mean confidence a teacher is set to before it is multiplied with another


def at_confidence(logits: Floats, goal: float) -> Floats:
    """Logits [n, C] scaled by one factor so that the mean confidence is ``goal`` (above 1 / C)."""
    centred = np.asarray(logits - logits.mean(axis=1, keepdims=True), np.float32)
    low, high = -7.0, 7.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        if softmax(centred * np.float32(np.exp(middle))).max(axis=1).mean() < goal:
            low = middle
        else:
            high = middle
    return np.asarray(centred * np.float32(np.exp(low)), np.float32)


def blend(tables: Sequence[Floats], goal: float = CONFIDENCE) -> Floats:
    """Log-probabilities [n, C] of the product of the teachers' answers (logits [n, C] each).

    Teachers see the same texts differently, so their errors differ; setting each to one mean
    confidence keeps the one that happens to shout from deciding alone.
    """
    logs = [np.log(softmax(at_confidence(table, goal)) + 1e-9) for table in tables]
    total = np.stack(logs).sum(axis=0)
    return np.asarray(np.log(softmax(total) + 1e-9), np.float32)
