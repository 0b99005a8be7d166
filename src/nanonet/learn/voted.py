"""Votes as a start: weighed by the labels there are, then read by a head, so that new texts gain.

A vote is there for some texts of the pool and for no text that is still to come. What votes say in
general is therefore learned by a linear head on the usual embedding; what they say of one text is
added to the soft labels the cohort begins with, and only there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.learn._softmax import Floats, fit_softmax
from nanonet.learn.material import LinearHead, Material
from nanonet.votes import Aggregate, Probe, aggregate, concat, top_votes

VOTES_C = 1.0  # as of the labels-only regression
HEAD_ROWS = 8000  # voted texts the head learns from: more change nothing but the time
_FLOOR = 0.1  # equal shares times this: no class is ruled out by votes
_BLOCK = 4096
_NAMES = {"names", "similarity"}  # votes that are the class names' already, as label writes them


@dataclass(frozen=True)
class Voted:
    """Votes after weighing.

    aggregate: of all rows of the material; head: their general sense, on the usual readout; said:
    log-evidence [rows, C], centred, of the votes on the very rows; zero for labelled and for
    uncovered ones.
    """

    aggregate: Aggregate
    head: LinearHead
    said: Floats

    def logits(self, material: Material, rows: NDArray[np.int64]) -> Floats:
        """What the head says of some rows [len(rows), C], centred."""
        found = np.empty((len(rows), material.classes), np.float32)
        for first in range(0, len(rows), _BLOCK):
            part = self.head.logits(material, rows[first : first + _BLOCK])
            found[first : first + _BLOCK] = part - part.mean(axis=1, keepdims=True)
        return found


def weigh_votes(material: Material, train: NDArray[np.int64]) -> Voted | None:
    """The votes of the material, their sources weighed by the labels of ``train``; None: no votes.

    Without labels the class names are one source among the others, since nothing else says how much
    they are worth. The head learns from voted rows of the pool alone, so that the labelled rows,
    hidden ones included, are new texts to it.
    """
    votes = material.votes
    if votes is None:
        return None
    if not len(train) and material.names is not None and not _NAMES & set(votes.sources):
        pool = material.pool_rows
        votes = concat([votes, top_votes(material.names[pool], "class names", pool)])
    probe = Probe(train, material.y[train]) if len(train) else None
    found = aggregate(votes, material.rows, material.classes, probe=probe)
    rows = np.flatnonzero(found.covered & (np.arange(material.rows) >= material.labelled))
    said = np.zeros((material.rows, material.classes), np.float32)
    logs = np.log(np.maximum(found.labels[rows], _FLOOR / material.classes))
    said[rows] = logs - logs.mean(axis=1, keepdims=True)
    return Voted(found, _head(material, found, rows[:: max(1, -(-len(rows) // HEAD_ROWS))]), said)


def _head(material: Material, found: Aggregate, rows: NDArray[np.int64]) -> LinearHead:
    usual = (material.usual,)
    unit = material.unit_readout(material.usual, rows if len(rows) else np.zeros(1, np.int64))
    if not len(rows):
        nothing = np.zeros((unit.shape[1] + 1, material.classes), np.float32)
        return LinearHead(usual, nothing[:-1], nothing[-1])
    weights = np.maximum(found.agreement[rows], np.float32(1e-3))
    fitted = fit_softmax(unit, found.labels[rows], weights=weights, c=VOTES_C, iterations=40)
    return LinearHead(usual, fitted[:-1], fitted[-1])
