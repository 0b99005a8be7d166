"""A long text read three ways by a frozen encoder: its head, its windows, and both."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.encode import Encoder, usual_readout
from nanonet.learn import Floats, unit

WORDS, WINDOWS = 180, 6  # words a window (some 240 tokens), windows at most
_BLOCK = 100  # texts read by turns, so that a change of the machine's load meets every way alike


@dataclass(frozen=True)
class Read:
    """Unit vectors [n, dim] of texts by each way of reading them.

    long: bool [n], the texts of more than one window; seconds: of the processor, by way.
    """

    ways: dict[str, Floats]
    long: NDArray[np.bool_]
    seconds: dict[str, float]


def windows(text: str) -> list[str]:
    """Consecutive windows of ``WORDS`` words, ``WINDOWS`` at most; a text of one is left as it is.

    >>> [len(part.split()) for part in windows("word " * 400)]
    [180, 180, 40]
    """
    parts = text.split()
    if len(parts) <= WORDS:
        return [text]
    starts = range(0, min(len(parts), WORDS * WINDOWS), WORDS)
    return [" ".join(parts[start : start + WORDS]) for start in starts]


def read(encoder: Encoder, texts: Sequence[str]) -> Read:
    """Read every text each way; what two ways share, such as all of a short text, is read once."""
    cut = [windows(text) for text in texts]
    long = np.array([len(parts) > 1 for parts in cut], bool)
    shape = (len(texts), encoder.dim)
    heads, means = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    spent = {"short": 0.0, "heads": 0.0, "windows": 0.0}
    for first in range(0, len(texts), _BLOCK):
        rows = np.arange(first, min(first + _BLOCK, len(texts)))
        some = rows[long[rows]]
        for kind, chosen in (("short", rows[~long[rows]]), ("heads", some)):
            heads[chosen], seconds = _embed(encoder, [texts[row] for row in chosen])
            spent[kind] += seconds
        owner = np.repeat(some, [len(cut[row]) for row in some])
        parts, seconds = _embed(encoder, [part for row in some for part in cut[row]])
        np.add.at(means, owner, parts)
        spent["windows"] += seconds
    means[~long] = heads[~long]
    mean = unit(means)
    ways = {"head": heads, "windows": mean, "both": unit(heads + mean)}
    return Read(ways, long, _by_way(spent))


def _by_way(spent: dict[str, float]) -> dict[str, float]:
    head = spent["short"] + spent["heads"]
    return {
        "head": head,
        "windows": spent["short"] + spent["windows"],
        "both": head + spent["windows"],
    }


def _embed(encoder: Encoder, texts: Sequence[str]) -> tuple[Floats, float]:
    """Unit vectors of texts by the usual readout, computed now, and the processor's seconds."""
    start = time.process_time()
    found = encoder.encode(texts)[:, usual_readout(encoder)].astype(np.float32)
    return unit(found), time.process_time() - start
