"""Which parts of an encoder are read out: (layer, pooling) pairs, in one fixed order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

POOLINGS = ("mean", "cls", "first", "last", "max")
"""Poolings of one layer, in stored order.

``mean`` and ``max`` run over every token, special ones included; ``cls`` is position 0; ``first``
and ``last`` are the first and last word piece that is not a special token.
"""

MOST_LAYERS = 6
"""Deeper encoders are read at six evenly spread layers, which bounds the size of the cache."""


@dataclass(frozen=True)
class Readout:
    """One readout: the output of ``layer`` (1 is the first block) pooled by ``pooling``."""

    layer: int
    pooling: str

    def __str__(self) -> str:
        return f"layer {self.layer} {self.pooling}"


def spread_layers(n_layers: int, most: int = MOST_LAYERS) -> tuple[int, ...]:
    """Layers to read of an encoder with ``n_layers`` blocks: all, or ``most`` spread ones.

    The last layer is always among them. ``n_layers`` must be positive.
    """
    if n_layers <= most:
        return tuple(range(1, n_layers + 1))
    return tuple(-(-n_layers * (i + 1) // most) for i in range(most))


def make_readouts(layers: Iterable[int]) -> tuple[Readout, ...]:
    """Every pooling of every layer, layer-major: the order of the arrays an encoder returns."""
    return tuple(Readout(layer, pooling) for layer in layers for pooling in POOLINGS)
