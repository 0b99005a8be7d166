"""Which readouts of a frozen encoder carry the task, judged on the few labels alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats, one_hot, softmax

RIDGE = 0.3  # on unit vectors; 0.1 to 1 measured alike
DOUBT = 4.0  # divides the evidence: with 20 labels the differences between readouts are noise
HEAD_START = 2.0  # nats for the usual embedding, so that without evidence it is what is used
MOST = 5
LEAST_WEIGHT = 0.02


@dataclass(frozen=True)
class ReadoutChoice:
    """The readouts in use and their weights, largest first (weights add up to one)."""

    index: tuple[int, ...]
    weight: tuple[float, ...]


def leave_one_out(features: Floats, y: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Scores [n, C] of ridge regression on one-hot labels, each row by the fit without it.

    Closed form: with the hat matrix H the left-out residual is ``(Y - H Y) / (1 - diag H)``.
    """
    n = len(y)
    target = one_hot(y, classes).astype(np.float64)
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    gram = centred @ centred.T
    solve = np.linalg.solve(gram + RIDGE * np.eye(n), np.eye(n) - 1.0 / n)
    hat = 1.0 / n + gram @ solve
    residual = (target - hat @ target) / np.maximum(1.0 - np.diag(hat), 1e-6)[:, None]
    return np.asarray(target - residual)


def best_log_loss(scores: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    """Mean log-loss of the scores at the best of a few temperatures."""
    rows = np.arange(len(y))
    losses = [
        -np.log(softmax((scores * sharp).astype(np.float32))[rows, y] + 1e-9).mean()
        for sharp in np.geomspace(0.5, 32.0, 13)
    ]
    return float(min(losses))


def choose_readouts(
    labelled: list[Floats], y: NDArray[np.int64], classes: int, usual: int
) -> ReadoutChoice:
    """Weigh the readouts by left-out log-loss on the labels, with a head start for the usual one.

    labelled: one unit-length matrix [n, dim] per readout; ``usual``: position of the embedding
    that the encoder was trained for. The weight is a tempered posterior,
    ``exp(prior - n * loss / 4)``: with many labels the best readouts win, with few the usual
    embedding stays, which is what keeps the choice from doing harm.
    """
    n = len(y)
    evidence = np.array(
        [-n * best_log_loss(leave_one_out(x, y, classes), y) / DOUBT for x in labelled]
    )
    evidence[usual] += HEAD_START
    share = np.exp(evidence - evidence.max())
    top = np.argsort(-share, kind="stable")[:MOST]
    weight = share[top] / share[top].sum()
    top, weight = top[weight >= LEAST_WEIGHT], weight[weight >= LEAST_WEIGHT]
    weight = weight / weight.sum()
    return ReadoutChoice(tuple(int(i) for i in top), tuple(float(w) for w in weight))
