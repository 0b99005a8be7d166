"""Which readouts of a frozen encoder carry the labels, where a text may have several."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats
from nanonet.learn.readouts import RIDGE, ReadoutChoice

SIDE_BY_SIDE = 5
_SHARPNESS = np.geomspace(1.0, 64.0, 10)


def leave_one_out_sets(features: Floats, flags: Floats) -> NDArray[np.float64]:
    """Scores [n, C] of ridge regression on ``flags`` [n, C], each row by the fit without it.

    As for one label a text; with more rows than columns the hat matrix's diagonal comes from the
    columns, so that thousands of rows cost no more than their products.
    """
    x = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    y = flags.astype(np.float64)
    n, d = x.shape
    mean = y.mean(axis=0)
    if n <= d:
        gram = x @ x.T
        hat = gram @ np.linalg.inv(gram + RIDGE * np.eye(n))
        fitted, own = mean + hat @ (y - mean), np.diag(hat) + 1.0 / n
    else:
        inverse = np.linalg.inv(x.T @ x + RIDGE * np.eye(d))
        fitted = mean + x @ (inverse @ (x.T @ (y - mean)))
        own = np.einsum("ij,ij->i", x @ inverse, x) + 1.0 / n
    return np.asarray(y - (y - fitted) / np.maximum(1.0 - own, 1e-6)[:, None])


def set_loss(scores: NDArray[np.float64], flags: Floats) -> float:
    """Nats a row, added over the classes, of the scores at the best of a few sharpnesses."""
    share = np.clip(flags.mean(axis=0), 1e-4, 1 - 1e-4)
    base, away = np.log(share / (1 - share)), scores - share
    losses = []
    for sharp in _SHARPNESS:
        z = base + sharp * away
        losses.append(float((np.logaddexp(0.0, z) - flags * z).sum(axis=1).mean()))
    return min(losses)


def choose_readouts_of_sets(labelled: list[Floats], flags: Floats, usual: int) -> ReadoutChoice:
    """The readouts of the least left-out loss and the usual embedding, all with one weight.

    With several labels a text there is more to tell apart than one readout tells: side by side they
    left less loss than the best one or two of them (docs/LOG.md).
    """
    losses = np.array([set_loss(leave_one_out_sets(x, flags), flags) for x in labelled])
    best = np.argsort(losses, kind="stable")[:SIDE_BY_SIDE].tolist()
    index = tuple(best if usual in best else [*best[: SIDE_BY_SIDE - 1], usual])
    return ReadoutChoice(index, (1.0 / len(index),) * len(index))
