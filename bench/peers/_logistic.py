"""The head that three peers share: logistic regression, C=1, at most 1000 steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bench.peers._base import Floats, Trained, named


def logistic(
    features: Callable[[Sequence[str]], Any],
    texts: Sequence[str],
    labels: Sequence[str],
    notes: str,
) -> Trained:
    """Fit the head on ``features(texts)``; ``features`` gives [n, d], dense or sparse."""
    from sklearn.linear_model import LogisticRegression

    head = LogisticRegression(C=1.0, max_iter=1000).fit(features(texts), list(labels))
    classes = tuple(str(name) for name in head.classes_)

    def probabilities(texts: Sequence[str]) -> Floats:
        table: Floats = head.predict_proba(features(texts))
        return table

    def predict(texts: Sequence[str]) -> list[str]:
        return named(head.predict_proba(features(texts)), classes)

    return Trained(classes, probabilities, predict, notes)
