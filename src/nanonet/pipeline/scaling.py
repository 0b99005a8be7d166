"""What enough labels put on top of a temperature: vector scaling, isotonic regression, or nothing.

All of it is fitted and compared on answers to labelled texts by students that did not learn from
them. Few labels never outvote the temperature: both are pulled towards it, and the winner must be
better by more than its doubt on labels that its own fit did not see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.pipeline.shape import Knots, rising_knots

__all__ = [
    "LEAST_A_CLASS",
    "LEAST_SCALED",
    "Held",
    "Scaling",
    "choose_scaling",
    "fit_isotonic",
    "fit_vector",
    "heat_of_labels",
]

Floats = NDArray[np.floating[Any]]

LEAST_SCALED = 100  # labels, under which the temperature is not even compared with anything
LEAST_A_CLASS = 30  # labels on average, under which vector scaling is not considered
_FOLDS = 5
_SURE = 2.0  # standard errors of the paired gain in log-loss
# How far a class's weight and bias (in units of the temperature) may be expected from 1 and 0.
_WEIGHT_SD, _BIAS_SD = 0.25, 0.5
_COUNTED_IN = 50.0  # answers that were right as often as the temperature says
_HEAT_SD = 0.5  # of ln temperature, with labels alone


@dataclass(frozen=True)
class Held:
    """Answers to labels that were held back: logits [n, C], classes [n], weights [n] of mean 1."""

    logits: Floats
    y: NDArray[np.int64]
    weight: Floats

    def __len__(self) -> int:
        return len(self.y)

    def rows(self, which: NDArray[Any]) -> Held:
        """Some of them."""
        return Held(self.logits[which], self.y[which], self.weight[which])


@dataclass(frozen=True)
class Scaling:
    """What goes on top of the temperature: weights and biases [C], or knots, or nothing.

    losses: cross-fitted log-loss of every kind compared (nats a text); labels: by how many.
    """

    weights: tuple[float, ...] = ()
    biases: tuple[float, ...] = ()
    knots: Knots = ()
    losses: tuple[tuple[str, float], ...] = ()
    labels: int = 0

    @property
    def kind(self) -> str:
        """temperature, vector or isotonic."""
        return "vector" if self.weights else "isotonic" if self.knots else "temperature"


def choose_scaling(
    held: Held, temperature: float, rng: np.random.Generator, shape: Knots = ()
) -> Scaling:
    """The kind with the lowest log-loss on labels that its fit did not see.

    What needs no label stands: the temperature, or the ``shape`` that the pool gave, if there is
    one and the labels are not against it. Another kind must be better by two standard errors, of
    LEAST_SCALED labels or more. Vector scaling moves the borders between classes too, and it is
    learned on students of fewer labels than the one it is for: it takes LEAST_A_CLASS of each.
    """
    n = len(held)
    if n < LEAST_SCALED:
        return Scaling(knots=shape, labels=n)
    fold = rng.permutation(n) % _FOLDS
    losses = {kind: np.zeros(n) for kind in ("temperature", "vector", "isotonic")}
    if shape:
        losses["pool"] = _loss(_apply(Scaling(knots=shape), held.logits, temperature), held.y)
    for side in range(_FOLDS):
        train, rest = held.rows(fold != side), held.rows(fold == side)
        losses["temperature"][fold == side] = _loss(_softmax(rest.logits / temperature), rest.y)
        for made in _both(train, temperature):
            said = _apply(made, rest.logits, temperature)
            losses[made.kind][fold == side] = _loss(said, rest.y)
    told = {kind: float(np.average(loss, weights=held.weight)) for kind, loss in losses.items()}
    stands = min(("temperature", "pool") if shape else ("temperature",), key=lambda k: told[k])
    many = n >= LEAST_A_CLASS * held.logits.shape[1]
    best = min(("vector", "isotonic") if many else ("isotonic",), key=lambda kind: told[kind])
    gain = losses[stands] - losses[best]
    mean = float(np.average(gain, weights=held.weight))
    spread = float(np.sqrt(np.average((gain - mean) ** 2, weights=held.weight) / (n - 1)))
    if mean <= _SURE * spread:
        return Scaling(
            knots=shape if stands == "pool" else (), losses=tuple(told.items()), labels=n
        )
    made = next(one for one in _both(held, temperature) if one.kind == best)
    return Scaling(made.weights, made.biases, made.knots, tuple(told.items()), n)


def _both(held: Held, temperature: float) -> tuple[Scaling, ...]:
    weights, biases = fit_vector(held, temperature)
    knots = fit_isotonic(held, temperature) or ((0.0, 0.0), (1.0, 1.0))
    return Scaling(weights, biases), Scaling(knots=knots)


def fit_vector(held: Held, temperature: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Weights and biases [C] for ``softmax((logits * weights + biases) / temperature)``.

    The likeliest ones under normal priors around 1 and 0 (Guo et al., ICML 2017, without a prior;
    fifty labels cannot move a hundred classes).
    """
    from scipy.optimize import minimize

    scores = held.logits.astype(np.float64) / temperature
    n, classes = scores.shape
    truth = np.zeros_like(scores)
    truth[np.arange(n), held.y] = 1.0
    weight = held.weight[:, None].astype(np.float64)

    def cost(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        by, shift = x[:classes], x[classes:]
        p = _softmax(scores * by + shift)
        slope = weight * (p - truth)
        loss = float((weight[:, 0] * _loss(p, held.y)).sum())
        pull = 0.5 * float((((by - 1) / _WEIGHT_SD) ** 2).sum() + ((shift / _BIAS_SD) ** 2).sum())
        of_by = (slope * scores).sum(axis=0) + (by - 1) / _WEIGHT_SD**2
        return loss + pull, np.concatenate([of_by, slope.sum(axis=0) + shift / _BIAS_SD**2])

    start = np.concatenate([np.ones(classes), np.zeros(classes)])
    bounds = [(0.05, None)] * classes + [(None, None)] * classes
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    biases = (found[classes:] - found[classes:].mean()) * temperature
    return tuple(found[:classes].tolist()), tuple(biases.tolist())


def fit_isotonic(held: Held, temperature: float) -> Knots:
    """Knots (said, worth) of the largest probability; empty where all of it is worth the same.

    Isotonic regression (Zadrozny and Elkan, KDD 2002) of right or wrong on the largest probability;
    fifty more answers, spread as these, are right exactly as often as the temperature says.
    """
    from scipy.optimize import isotonic_regression

    said = _softmax(held.logits / temperature).astype(np.float64)
    sure, hit = said.max(axis=1), (said.argmax(axis=1) == held.y).astype(np.float64)
    order = np.argsort(sure, kind="stable")
    sure, hit = sure[order], hit[order]
    seen = held.weight[order].astype(np.float64)
    counted = _COUNTED_IN / len(sure)
    target = (seen * hit + counted * sure) / (seen + counted)
    fitted = isotonic_regression(target, weights=seen + counted)
    first = fitted.blocks[:-1]
    mass = np.add.reduceat(seen + counted, first)
    at = np.add.reduceat((seen + counted) * sure, first) / mass
    return rising_knots(at, fitted.x[first])


def heat_of_labels(held: Held) -> float:
    """The temperature that makes held-back labels likeliest, for where there is no pool.

    Pulled towards 1: a normal of spread 0.5 around ln 1, so that ten labels move it little.
    """
    heats = np.exp(np.linspace(np.log(0.05), np.log(20.0), 121))
    costs = [
        float((held.weight * _loss(_softmax(held.logits / heat), held.y)).sum())
        + 0.5 * (np.log(heat) / _HEAT_SD) ** 2
        for heat in heats
    ]
    return float(np.float32(heats[int(np.argmin(costs))]))


def _apply(made: Scaling, logits: Floats, temperature: float) -> Floats:
    if made.weights:
        scores = logits * np.array(made.weights) + np.array(made.biases)
        return _softmax(scores / temperature)
    found = _softmax(logits / temperature)
    top = found.max(axis=1, keepdims=True)
    x, y = np.array(made.knots).T
    worth = np.clip(np.interp(top, x, y), 1e-6, 1 - 1e-6)
    rest = found * (1 - worth) / np.maximum(1 - top, 1e-12)
    return np.where(found == top, worth, rest)


def _softmax(scores: Floats) -> NDArray[np.float64]:
    powers = np.exp(np.asarray(scores - scores.max(axis=1, keepdims=True), np.float64))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _loss(proba: Floats, y: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(-np.log(np.maximum(proba[np.arange(len(y)), y], 1e-12)))
