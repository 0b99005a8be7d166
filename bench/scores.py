"""The figures every method is given, by one and the same code.

They are computed here and not taken from nanonet, so that nanonet and its peers are judged by
something neither of them wrote; a test holds them against ``nanonet evaluate``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ECE_BINS = 15
_TINY = 1e-7


def score(
    truth: Sequence[str],
    predictions: Sequence[str],
    probabilities: NDArray[np.floating] | None,
    classes: Sequence[str],
) -> dict[str, float | int | None]:
    """Accuracy, macro F1, expected calibration error and log-loss of one set of predictions.

    ``probabilities`` is [n, C] with columns in the order of ``classes``, or ``None`` for a method
    that gives none; then ``ece`` and ``log_loss`` are ``None``. Macro F1 is over the classes seen
    in the truth or the predictions; a class with no hit counts 0.
    """
    if len(truth) != len(predictions):
        raise ValueError(f"{len(truth)} labels but {len(predictions)} predictions")
    right = np.asarray([a == b for a, b in zip(truth, predictions, strict=True)], dtype=bool)
    ece, log_loss = None, None
    if probabilities is not None:
        table = np.asarray(probabilities, dtype=np.float64)
        if table.shape != (len(truth), len(classes)):
            raise ValueError(f"probabilities are {table.shape}, not {len(truth), len(classes)}")
        ece = expected_calibration_error(table.max(axis=1), right)
        log_loss = negative_log_likelihood(table, truth, classes)
    return {
        "rows": len(truth),
        "accuracy": float(right.mean()),
        "macro_f1": macro_f1(truth, predictions),
        "ece": ece,
        "log_loss": log_loss,
    }


def macro_f1(truth: Sequence[str], predictions: Sequence[str]) -> float:
    """The unweighted mean over classes of the harmonic mean of precision and recall."""
    names, codes = np.unique([*truth, *predictions], return_inverse=True)
    true, said = codes[: len(truth)], codes[len(truth) :]
    hits = np.bincount(true[true == said], minlength=len(names))
    seen = np.bincount(true, minlength=len(names)) + np.bincount(said, minlength=len(names))
    return float(np.mean(2 * hits / seen))


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Gap between confidence and accuracy, weighted over 15 equal bins (Guo et al., 2017)."""
    bins = np.clip(np.ceil(confidence * ECE_BINS).astype(int) - 1, 0, ECE_BINS - 1)
    gap = np.bincount(bins, weights=confidence - right, minlength=ECE_BINS)
    return float(np.abs(gap).sum() / len(confidence))


def negative_log_likelihood(
    table: NDArray[np.float64], truth: Sequence[str], classes: Sequence[str]
) -> float:
    """Mean of -log p(true class), p clipped at 1e-7 so that one sure mistake stays finite."""
    column = {name: index for index, name in enumerate(classes)}
    picked = table[np.arange(len(truth)), [column[name] for name in truth]]
    return float(-np.log(np.clip(picked, _TINY, 1.0)).mean())
