"""Multinomial naive Bayes on soft labels: the n-gram view's learner inside the cohort.

Nigam, McCallum, Thrun & Mitchell (2000), "Text classification from labeled and unlabeled documents
using EM". On a pile labelled by another view it beat softmax regression on n-grams by about a
point in our rounds, with a tenth of the spread between draws, at a fraction of the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nanonet.learn._softmax import Floats


def fit_bayes(features: Any, targets: Floats, weights: Floats, smoothing: float = 0.5) -> Floats:
    """Log-odds [V, C], centred over the classes, of features CSR [n, V] and soft labels [n, C].

    Each class's n-gram distribution is smoothed towards the pile's own by ``smoothing`` x V
    pseudo-counts, so that a rare n-gram says little.
    """
    counts = np.asarray(features.T @ (targets * weights[:, None]), np.float64)
    size = len(counts)
    background = counts.sum(axis=1, keepdims=True) / max(counts.sum(), 1e-12)
    floor = 1e-3
    share = (counts + smoothing * size * background + floor) / (
        counts.sum(axis=0, keepdims=True) + (smoothing + floor) * size
    )
    odds = np.log(share)
    return np.asarray(odds - odds.mean(axis=1, keepdims=True), np.float32)
