"""How often each label applies in the pool, where the labelled texts were not drawn like it.

Labels are often collected so many a class, and then the rare ones stand among them far too often.
The labels of a text compete in a softmax, whose share for a class is corrected by what it says of
labelled texts it did not see; what it says of the pool then tells another mix (Saerens, Latinne and
Decaestecker 2002), a few steps at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanonet.learn._softmax import Floats, softmax

STEPS = 6  # of expectation maximisation; to its end it rules rare classes out
LEAST_SHIFT = 3.0  # median over the classes of (difference / its error)^2; drawn alike: 0.5 to 1.5
_LOW, _HIGH = 0.03, 30.0


@dataclass(frozen=True)
class Mix:
    """The pool's mix.

    shares: [C] of the pool's texts that each label is estimated to apply to; weights: [n] of the
    labelled rows, mean one, at which they have that mix; factor: [C], by which the competing shares
    of a text are multiplied; shifted: whether it differs from that of the labels at all.
    """

    shares: Floats
    weights: Floats
    factor: Floats
    shifted: bool


def competing(flags: Floats) -> Floats:
    """Label sets [n, C] as shares that add up to one (to nothing for the empty set)."""
    return np.asarray(flags / np.maximum(flags.sum(axis=1, keepdims=True), 1.0), np.float32)


def estimate_mix(left_out: Floats, flags: Floats, pool: Floats) -> Mix:
    """The mix from competing shares: ``left_out`` [n, C] of the labelled rows, ``pool`` [m, C]."""
    own = flags.mean(axis=0)
    same = Mix(own, np.ones(len(flags), np.float32), np.ones(len(own), np.float32), False)
    if len(pool) < 2:
        return same
    base = competing(flags).mean(axis=0)
    base = base / base.sum()
    correction = _match(left_out, base)
    here, there = _times(left_out, correction), _times(pool, correction)
    gap = there.mean(axis=0) - here.mean(axis=0)
    error = here.var(axis=0) / len(here) + there.var(axis=0) / len(there)
    if float(np.median(gap**2 / np.maximum(error, 1e-12))) < LEAST_SHIFT:
        return same
    share = base
    for _ in range(STEPS):
        share = _times(there, share / np.maximum(base, 1e-9)).mean(axis=0)
    factor = share / np.maximum(base, 1e-9)
    wanted = np.clip(share * flags.sum(axis=1).mean(), 1e-3, 0.95)
    return Mix(
        np.asarray(wanted, np.float32),
        rake(flags, wanted),
        np.asarray(correction * factor, np.float32),
        True,
    )


def shifted(shares: Floats, mix: Mix) -> Floats:
    """Competing shares [n, C] of texts at the pool's mix."""
    return _times(shares, mix.factor) if mix.shifted else shares


def rake(flags: Floats, shares: Floats) -> Floats:
    """Weights [n] of the rows, mean one, at which each label has its share (Deming, Stephan 1940).

    A row's weight is a product of factors of its labels, so rows without any keep one of their own.
    """
    power = np.zeros(flags.shape[1])
    weights = np.full(len(flags), 1.0 / len(flags))
    for _ in range(100):
        seen = np.maximum(weights @ flags, 1e-9)
        power = np.clip(power + 0.5 * np.log(shares / seen), -4.0, 4.0)
        weights = np.exp(flags @ power)
        weights /= weights.sum()
    bounded = np.clip(weights * len(flags), _LOW, _HIGH)
    return np.asarray(bounded / bounded.mean(), np.float32)


def _match(shares: Floats, goal: Floats) -> Floats:
    """The factor [C] at which the mean of the shares is ``goal``."""
    factor = np.ones(len(goal), np.float32)
    for _ in range(20):
        factor = factor * (goal / np.maximum(_times(shares, factor).mean(axis=0), 1e-9))
    return np.asarray(factor, np.float32)


def _times(shares: Floats, factor: Floats) -> Floats:
    moved = shares * factor
    return np.asarray(moved / np.maximum(moved.sum(axis=1, keepdims=True), 1e-12), np.float32)


def sharpened(logits: Floats, flags: Floats) -> float:
    """The factor on ``logits`` [n, C] of left-out rows at which their labels are likeliest."""
    wanted = competing(flags)
    options = np.geomspace(0.3, 8.0, 15)
    losses = [
        -float((wanted * np.log(softmax((logits * by).astype(np.float32)) + 1e-9)).sum())
        for by in options
    ]
    return float(options[int(np.argmin(losses))])
