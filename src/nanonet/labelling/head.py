"""The model of the page: a head on the frozen encoder, learned again within a second.

It is the start of ``nanonet fit`` at effort quick (``learn.starts``): readouts chosen by the labels
left out, a softmax regression with classes balanced, the class names as far as the labels confirm
them, and the class mix estimated. Which readouts, and how they are turned, is settled anew when a
fifth more labels are there; between, only the regression is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn import Floats, GramView, Material, fit_softmax, one_hot, softmax
from nanonet.learn.prior import estimate_prior
from nanonet.learn.readouts import leave_one_out
from nanonet.learn.starts import READOUTS_C, SHARPEN, Start, fit_start

__all__ = ["Head", "Reading"]

Rows = NDArray[np.int64]
_GROWTH = 1.2
_MOST_JUDGED = 600  # labels after which the readouts stay as they are


@dataclass(frozen=True)
class Reading:
    """The texts as the encoder read them.

    n: texts; readout(i, rows): raw float32 [len(rows), dim]; readouts: how many there are; usual:
    the one the encoder was trained for; opinion: [dim + 1] from bad to good on it, or None.
    """

    n: int
    readout: Callable[[int, Rows], Floats]
    readouts: int
    usual: int
    opinion: Floats | None = None


class Head:
    """Learns from row numbers and classes, and guesses the class of every row."""

    def __init__(self, reading: Reading, pool: int) -> None:
        self._reading = reading
        self._pool = np.arange(reading.n) < pool
        self._start: Start | None = None
        self._settled = 0

    def learn(self, rows: Rows, y: Rows, classes: int, names: Floats | None) -> Floats | None:
        """Probabilities [n, classes]; None where nothing at all is known.

        rows, y: labelled rows and their classes; names: evidence [n, classes] of the class names,
        which is all there is to go by for a class without a label.
        """
        by_name = None if names is None else softmax(names)
        seen = np.unique(y)
        if len(seen) < 2:
            return by_name
        inside = np.searchsorted(seen, y)
        logits = self._logits(rows, inside, len(seen), None if names is None else names[:, seen])
        table = np.zeros((self._reading.n, classes), np.float32)
        table[:, seen] = softmax(logits)
        if by_name is not None and len(seen) < classes:
            rest = np.setdiff1d(np.arange(classes), seen)
            table *= 1.0 - by_name[:, rest].sum(axis=1, keepdims=True)
            table[:, rest] = by_name[:, rest]
        return table

    def views(self) -> list[Floats]:
        """The texts as the head sees them [n, r], once it has learned: near is what tells alike."""
        return [] if self._start is None else [self._start.view.features]

    def _logits(self, rows: Rows, y: Rows, classes: int, names: Floats | None) -> Floats:
        settled = self._settled
        if self._start is not None and (
            settled <= len(rows) < _GROWTH * settled or len(rows) > _MOST_JUDGED
        ):
            return self._again(self._start, rows, y, names)
        self._start, self._settled = self._anew(rows, y, classes, names), len(rows)
        return self._start.logits

    def _anew(self, rows: Rows, y: Rows, classes: int, names: Floats | None) -> Start:
        read = self._reading
        every = np.concatenate([rows, np.arange(read.n)])
        material = Material(
            y=y,
            classes=classes,
            rows=len(every),
            readout=lambda i, some: read.readout(i, every[some]),
            readouts=read.readouts,
            usual=read.usual,
            grams=_NO_GRAMS,
            names=None if names is None else names[every],
            opinion=read.opinion,
        )
        n = len(rows)
        return fit_start(material, np.arange(n), n + np.arange(read.n), self._pool)

    def _again(self, start: Start, rows: Rows, y: Rows, names: Floats | None) -> Floats:
        features, target = start.view.features, one_hot(y, int(y.max()) + 1)
        balanced = (len(y) / target.shape[1] / target.sum(axis=0))[y].astype(np.float32)
        own = features[rows]
        found = fit_softmax(own, target, weights=balanced, c=READOUTS_C, iterations=60)
        logits = SHARPEN * (features @ found[:-1] + found[-1])
        if names is not None:
            logits = logits + np.float32(start.names_weight) * names
        guessed = logits[self._pool].argmax(axis=1)
        prior = estimate_prior(leave_one_out(own, y, target.shape[1]), y, guessed, target.shape[1])
        return np.asarray(logits + np.log(prior * target.shape[1]), np.float32)


_NO_GRAMS: GramView = None  # type: ignore[assignment]  # the start looks at the encoder alone
