"""Probabilities from logits, to the last bit the same on every machine."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nanonet.runtime.scorer import Floats

_LOG2E = 1.4426950408889634
# ln 2 in two parts; the first has few enough bits that a whole number times it is exact.
_LN2_HIGH, _LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10
_TERMS = [1.0 / math.factorial(i) for i in range(11, -1, -1)]
_LOWEST = -700.0


def softmax(logits: Floats, temperature: float) -> Floats:
    """softmax(logits / temperature), float32 [n, C], computed in float64.

    Libraries differ in the last bits of ``exp`` and in the order of a sum, so both are spelled out:
    sums, products and quotients of float64 are the same everywhere (IEEE 754).
    """
    return shares(logits.astype(np.float64), temperature).astype(np.float32)


def shares(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """softmax(scores / temperature), float64 [n, C]."""
    scaled = (scores - scores.max(axis=1, keepdims=True)) / temperature
    powers = exp(np.maximum(scaled, _LOWEST))
    total = np.cumsum(powers, axis=1)[:, -1:]  # unlike ``sum``, from left to right
    return powers / total


def exp(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """e to the x for -700 <= x <= 0, within 2e-15 of its value."""
    octaves = np.floor(x * _LOG2E + 0.5)
    rest = (x - octaves * _LN2_HIGH) - octaves * _LN2_LOW
    found = np.full_like(rest, _TERMS[0])
    for term in _TERMS[1:]:
        found = found * rest + term
    return np.ldexp(found, octaves.astype(np.int32))
