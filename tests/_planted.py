"""Made-up texts in two views whose classes are known: ``from _planted import planted``.

A text is a dense vector round the middle of its class and a bag of n-gram ids, most of them drawn
from the class's own thirty. The two views' errors are independent of each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn.material import Material
from nanonet.learn.readouts import ReadoutChoice
from nanonet.learn.views import Views, encoder_view, gram_view
from nanonet.text import Grams

DIM, OWN, LENGTH = 16, 30, 12


@dataclass(frozen=True)
class Planted:
    """y: classes [n]; dense: raw vectors [n, DIM]; grams: n-grams of the n texts."""

    y: NDArray[np.int64]
    dense: NDArray[np.float32]
    grams: Grams

    def material(self, labelled: int, y: NDArray[np.int64] | None = None) -> Material:
        """The first ``labelled`` rows with labels (``y``: other classes of all); one readout."""
        truth = self.y if y is None else y
        return Material(
            y=truth[:labelled],
            classes=int(truth.max()) + 1,
            rows=len(truth),
            readout=lambda i, rows: self.dense[rows],
            readouts=1,
            usual=0,
            grams=gram_view(self.grams),
        )

    def views(self, labelled: int) -> Views:
        """Both views of all rows."""
        encoder = encoder_view(ReadoutChoice((0,), (1.0,)), lambda i: self.dense, len(self.y))
        classes = int(self.y.max()) + 1
        return Views(self.y[:labelled], classes, encoder, gram_view(self.grams))


def planted(n: int, classes: int = 3, noise: float = 0.45, own: float = 0.35, seed: int = 0):
    """``n`` texts of even classes in turn; noise: of the vectors; own: share of telling n-grams."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    middles = np.linalg.qr(rng.normal(size=(DIM, classes)))[0].T
    dense = middles[y] + noise * rng.normal(size=(n, DIM))
    return Planted(y, dense.astype(np.float32), _bags(y, classes, own, rng))


def _bags(y: NDArray[np.int64], classes: int, own: float, rng: np.random.Generator) -> Grams:
    telling = rng.random((len(y), LENGTH)) < own
    of_class = y[:, None] * OWN + rng.integers(0, OWN, (len(y), LENGTH))
    of_all = classes * OWN + rng.integers(0, 300, (len(y), LENGTH))
    ids = np.where(telling, of_class, of_all).astype(np.uint32).ravel()
    return Grams(np.arange(len(y) + 1, dtype=np.int64) * LENGTH, ids)
