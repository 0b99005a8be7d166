"""Dawid and Skene (1979): every source has a confusion table, found together with the labels.

Short enough to stand here: the package crowd-kit, which has it too, brings pandas, nltk and
transformers with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nanonet.votes._mass import Floats, Opinion

_SMOOTH = 0.1  # pseudo-votes in each cell of a confusion table
_RIGHT = 1.0  # and more of them where the source names the class itself, or classes trade names
_LEAST = 1e-4  # mean change of a row's probabilities at which the rounds end


def dawid_skene(
    opinions: Sequence[Opinion],
    start: Floats,
    known: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
    rounds: int = 50,
) -> Floats:
    """Labels [n, C] by expectation maximisation from ``start`` [n, C].

    known: rows and their classes, which stay as they are. Each round, with v the class a source
    names for text i::

        pi_s[c, v] = (sum over its texts of q_i(c) [v_is = v] + 0.1 + [v = c]) / (its sum)
        q_i(c) proportional to prior_c * product over sources of pi_s[c, v_is]

    Sources are taken to err independently of one another, which those that read the same vectors
    do not; then the answers are far too sure.
    """
    n, classes = start.shape
    labels = np.asarray(start, np.float64)
    voted = np.zeros(n, bool)
    for opinion in opinions:
        voted[opinion.doc] = True
    fixed = np.eye(classes)[known[1]] if known is not None else None
    for _ in range(rounds):
        if known is not None:
            labels[known[0]] = fixed
        prior = labels[voted].mean(axis=0) if voted.any() else np.full(classes, 1.0 / classes)
        logits = np.tile(np.log(np.maximum(prior, 1e-9)), (n, 1))
        for opinion in opinions:
            table = _SMOOTH + _RIGHT * np.eye(classes)
            np.add.at(table.T, opinion.guess, labels[opinion.doc])
            table /= table.sum(axis=1, keepdims=True)
            logits[opinion.doc] += np.log(table.T[opinion.guess])
        new = np.exp(logits - logits.max(axis=1, keepdims=True))
        new /= new.sum(axis=1, keepdims=True)
        change = float(np.abs(new[voted] - labels[voted]).mean()) if voted.any() else 0.0
        labels[voted] = new[voted]
        if change < _LEAST:
            break
    if known is not None:
        labels[known[0]] = fixed
    return np.asarray(labels, np.float32)
