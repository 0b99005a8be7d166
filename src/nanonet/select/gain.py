"""How much there is to learn from a text, by the present student's probabilities."""

from __future__ import annotations

import numpy as np

from nanonet.select._check import Floats, Rows, asked, probabilities


def margin_gain(table: Floats) -> Floats:
    """1 less the gap of the two largest probabilities [n], in [0, 1]: 1 where they are equal."""
    two = np.partition(probabilities(table), -2, axis=1)[:, -2:]
    return np.asarray(1.0 - (two[:, 1] - two[:, 0]), np.float32)


def entropy_gain(table: Floats) -> Floats:
    """Entropy over its largest value log C [n], in [0, 1]: 1 where all classes are equal."""
    p = probabilities(table)
    bits = -(p * np.log(np.maximum(p, 1e-12))).sum(axis=1) / np.log(p.shape[1])
    return np.asarray(np.clip(bits, 0.0, 1.0), np.float32)


def best(gain: Floats, count: int) -> Rows:
    """Rows [count] of largest gain, the best first; the earlier row where gains are equal."""
    count = asked(count, len(gain))
    return np.argsort(-np.asarray(gain), kind="stable")[:count].astype(np.int64)


def margin(table: Floats, count: int) -> Rows:
    """Rows [count] whose two likeliest classes lie nearest together (probabilities [n, C]).

    >>> import numpy as np
    >>> margin(np.array([[0.9, 0.1], [0.5, 0.5], [0.7, 0.3]]), 2).tolist()
    [1, 2]
    """
    return best(margin_gain(table), count)


def entropy(table: Floats, count: int) -> Rows:
    """Rows [count] of the largest entropy (probabilities [n, C])."""
    return best(entropy_gain(table), count)
