"""Small micro students: the first one to three layers of the encoder, a head distilled on the pool.

Nothing is tuned: the lower layers of a frozen encoder say nearly as much as all of them once the
head learns from thousands of soft labels instead of a few hard ones (docs/decisions/0010), and a
linear head takes seconds. What is cut off costs neither time nor bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nanonet.encode import Encoder, Readout, vectors
from nanonet.errors import UserError
from nanonet.learn import Floats, Learned, LinearHead, fit_softmax, one_hot, row_weights, softmax
from nanonet.pipeline.inputs import LEAST_POOL, Inputs
from nanonet.pipeline.material import Prepared
from nanonet.progress import Progress

LAYERS = (1, 2, 3)  # how many layers a small micro student may have
# What the head reads of its layer: the mean, unless all three say more (by soft labels left out).
POOLINGS_READ = (("mean",), ("mean", "first", "max"))
HEAD_C = 10.0
SHARPEN = 2.0  # soft labels squared, as for nano
MOST_ROWS = 8000  # pool texts the head learns from
_LABEL_SHARE = 0.1
_STEPS = 100

Read = Callable[[int, NDArray[np.int64]], Floats]


@dataclass(frozen=True)
class SmallMicro:
    """head: on readouts numbered as the whole encoder's. logits: [n, C] of the pool texts asked
    for, those that it learned from scored by a head of the other half."""

    name: str
    layers: int
    head: LinearHead
    logits: Floats


def layers_of(kind: str) -> int | None:
    """How many layers the student ``kind`` has: 2 for 'micro-2', None for one that is not small."""
    start, _, number = kind.partition("-")
    return int(number) if start == "micro" and number.isdigit() else None


def small_layers(encoder: Encoder) -> tuple[int, ...]:
    """The numbers of layers a small micro cut from this encoder may have."""
    stored = {readout.layer for readout in encoder.readouts}
    return tuple(k for k in LAYERS if k in stored and k < max(stored))


def check_small(kind: str, encoder: Encoder, pool: int) -> None:
    """Refuse a small micro that cannot be made."""
    layers = layers_of(kind)
    if layers is not None and layers not in small_layers(encoder):
        fits = ", ".join(f"micro-{k}" for k in small_layers(encoder)) or "none"
        raise UserError(
            f"student is {kind!r}, and from the encoder {Path(encoder.name).name} these small ones "
            f"can be cut: {fits}; ask for --student micro or nano"
        )
    if (layers is not None or kind in ("ensemble", "cascade")) and pool < LEAST_POOL:
        raise UserError(
            f"student is {kind!r}, which is made from what the pool says, and the pool has {pool} "
            f"different texts; give at least {LEAST_POOL} (--pool), or ask for --student micro"
        )


def reader(
    inputs: Inputs, prepared: Prepared, encoder: Encoder, tuned: bool, cache_dir: str | Path | None,
    rows: NDArray[np.int64], progress: Progress,
) -> Read:  # fmt: skip
    """Unit-length readouts of some of the rows: labelled ones first, then the pool.

    rows: the pool texts that will be asked for. A tuned encoder has to read those anew.
    """
    if not tuned:
        return prepared.material.unit_readout
    labelled = len(inputs.labelled.texts)
    texts = [*inputs.labelled.texts, *(inputs.pool.texts[row] for row in rows)]
    read = vectors(encoder, texts, cache_dir=cache_dir, progress=progress)
    place = {row: at for at, row in enumerate([*range(labelled), *(rows + labelled).tolist()])}

    def unit(index: int, wanted: NDArray[np.int64]) -> Floats:
        found = read.take([place[row] for row in wanted.tolist()]).readout(index)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)

    return unit


def fit_small(
    layers: int,
    learned: Learned,
    y: NDArray[np.int64],
    read: Read,
    readouts: Sequence[Readout],
    rows: NDArray[np.int64],
) -> SmallMicro:
    """Distil the soft labels of the pool texts ``rows`` into a head on layer ``layers``."""
    sharp = softmax(SHARPEN * np.log(learned.labels[rows] + 1e-9))
    targets = np.concatenate([one_hot(y, learned.labels.shape[1]), sharp])
    believed, at = learned.labels[rows], np.arange(len(rows))
    best: tuple[float, SmallMicro] | None = None
    for poolings in POOLINGS_READ:
        which = tuple(
            index for pooling in poolings for index, one in enumerate(readouts)
            if (one.layer, one.pooling) == (layers, pooling)
        )  # fmt: skip
        every = np.concatenate([np.arange(len(y)), len(y) + rows])
        features = np.concatenate([read(index, every) for index in which], axis=1)
        found = _fit(features, targets, np.arange(len(every)), len(y))
        logits = _left_out(features, targets, len(y))
        worth = float(believed[at, logits.argmax(axis=1)].mean())
        if best is None or worth > best[0]:
            head = LinearHead(which, found[:-1], found[-1])
            best = worth, SmallMicro(f"micro-{layers}", layers, head, logits)
    assert best is not None
    return best[1]


def _left_out(features: Floats, targets: Floats, n: int) -> Floats:
    """Logits of all rows but the first ``n``, each by a head of every other one."""
    logits = np.zeros((len(features) - n, targets.shape[1]), np.float32)
    for side in range(2):
        train = np.concatenate([np.arange(n), np.arange(n + 1 - side, len(features), 2)])
        part = _fit(features, targets, train, n)
        logits[side::2] = features[n + side :: 2] @ part[:-1] + part[-1]
    return logits


def _fit(features: Floats, targets: Floats, rows: NDArray[np.int64], labelled: int) -> Floats:
    weights = row_weights(labelled, len(rows) - labelled, _LABEL_SHARE)
    return fit_softmax(features[rows], targets[rows], weights=weights, c=HEAD_C, iterations=_STEPS)


def renumbered(head: LinearHead) -> LinearHead:
    """The same head on a file that holds its readouts alone, in its order."""
    return replace(head, readouts=tuple(range(len(head.readouts))))
