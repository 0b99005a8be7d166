"""The figures every method is given: those of ``nanonet evaluate``, by one and the same code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nanonet.decide import metrics


def score(
    truth: Sequence[str],
    predictions: Sequence[str],
    probabilities: NDArray[np.floating] | None,
    classes: Sequence[str],
) -> dict[str, float | int | None]:
    """Accuracy, macro F1, calibration error and log-loss of one set of predictions.

    ``probabilities`` is [n, C] with columns in the order of ``classes``, or ``None`` for a method
    that gives none; then ``ece`` and ``log_loss`` are ``None``.
    """
    if len(truth) != len(predictions):
        raise ValueError(f"{len(truth)} labels but {len(predictions)} predictions")
    column = {name: index for index, name in enumerate(classes)}
    true = np.asarray([column[name] for name in truth])
    said = np.asarray([column[name] for name in predictions])
    ece, log_loss = None, None
    if probabilities is not None:
        if np.shape(probabilities) != (len(truth), len(classes)):
            shapes = f"{np.shape(probabilities)}, not {(len(truth), len(classes))}"
            raise ValueError(f"probabilities are {shapes}")
        ece = metrics.ece(probabilities, true)
        log_loss = metrics.log_loss(probabilities, true)
    return {
        "rows": len(truth),
        "accuracy": metrics.accuracy(true, said),
        "macro_f1": metrics.macro_f1(true, said, len(classes)),
        "ece": ece,
        "log_loss": log_loss,
    }
