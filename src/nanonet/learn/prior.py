"""The class mix of the pile: estimated, and believed as far as the labels allow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats, one_hot


def estimate_prior(
    left_out: NDArray[np.float64], y: NDArray[np.int64], predicted: NDArray[np.int64], classes: int
) -> Floats:
    """Class shares [C] of the pile from its predicted classes, shrunk towards equal shares.

    left_out: scores [n, C] of the labelled rows by fits without them; y: their classes; predicted:
    classes of the pile's rows. The counted shares err by what the confusion rows leave open with
    n_c labels a class, ``V = sum_c share_c^2 (1 - sum_j M_cj^2) / n_c``; James & Stein's (1961)
    factor ``max(0, 1 - V / |shares - 1/C|^2)`` says how far to move from equal shares. Four even
    classes with a shaky start stay equal; one spam in seven is believed.
    """
    target = one_hot(y, classes)
    count = np.maximum(target.sum(axis=0), 1.0)
    guesses = one_hot(left_out.argmax(axis=1), classes)
    confusion = (target.T @ guesses + 1.0 / classes) / (count + 1.0)[:, None]
    share = np.bincount(predicted, minlength=classes) / max(len(predicted), 1)
    doubt = float((share**2 * (1.0 - (confusion**2).sum(axis=1)) / count).sum())
    signal = float(((share - 1.0 / classes) ** 2).sum())
    trust = max(0.0, 1.0 - doubt / max(signal, 1e-12))
    mixed = 1.0 / classes + trust * (share - 1.0 / classes)
    floor = 0.1 / classes  # no class is ruled out by a guess
    mixed = np.maximum(mixed, floor)
    return np.asarray(mixed / mixed.sum(), np.float32)


def match_prior(probabilities: Floats, prior: Floats, sweeps: int = 20) -> Floats:
    """The probabilities [n, C], each class rescaled until their mean is ``prior`` [C]."""
    factor = np.ones(probabilities.shape[1])
    for _ in range(sweeps):
        scaled = probabilities * factor
        scaled /= scaled.sum(axis=1, keepdims=True)
        factor *= prior / np.maximum(scaled.mean(axis=0), 1e-9)
    moved = probabilities * factor
    return np.asarray(moved / moved.sum(axis=1, keepdims=True), np.float32)
