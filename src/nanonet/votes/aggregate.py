"""Many votes on a text to one soft label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.votes._mass import Floats, Opinion, opinions
from nanonet.votes.dawid_skene import dawid_skene
from nanonet.votes.table import VoteTable
from nanonet.votes.trust import Probe, Trust, discounted, trust

METHODS = ("weighted", "confidence", "dawid-skene")


@dataclass(frozen=True)
class Aggregate:
    """One soft label a text.

    labels: [n, C], equal shares where nobody voted; covered: bool [n], whether some source that
    counts voted; agreement: [n], the largest probability times the share of the voting weight
    that names that class (0 where uncovered); trust: one entry a source; method.
    """

    labels: Floats
    covered: NDArray[np.bool_]
    agreement: Floats
    trust: tuple[Trust, ...]
    method: str

    @property
    def coverage(self) -> float:
        """Share of the texts that have a vote."""
        return float(self.covered.mean()) if len(self.covered) else 0.0

    @property
    def probed(self) -> int:
        """The most human labels any source was compared with."""
        return max((t.probed for t in self.trust), default=0)


def aggregate(
    table: VoteTable,
    n_docs: int,
    n_classes: int,
    method: str = "weighted",
    probe: Probe | None = None,
) -> Aggregate:
    """Soft labels [n_docs, n_classes] from the votes.

    method: 'weighted', the mean of the sources' probabilities by their weights (see
    :func:`nanonet.votes.trust.trust`), where those of a source that is surer than it is right are
    drawn towards equal shares; 'confidence', the same with each vote's weight times how
    far it is from equal shares; 'dawid-skene', from there by expectation maximisation. probe: a
    few human labels by which sources are weighed; their own rows get no special treatment but in
    'dawid-skene', where they are held. Raises ValueError for numbers out of range.

    >>> from nanonet.votes import VoteTable
    >>> both = VoteTable.of([0, 0, 1], [0, 0, 1], 0.9, ["a", "b", "a"])
    >>> aggregate(both, 3, 2).labels.argmax(axis=1).tolist()
    [0, 1, 0]
    """
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; it must be one of {', '.join(METHODS)}")
    if len(table) and (table.doc.max() >= n_docs or table.label.max() >= n_classes):
        raise ValueError("a vote's doc or label is beyond the texts or classes there are")
    said = opinions(table, n_classes)
    trusted = trust(said, n_docs, probe)
    how: Callable[[Opinion], Floats] = Opinion.sure if method == "confidence" else _alike
    said = tuple(discounted(o, t) for o, t in zip(said, trusted, strict=True))
    labels, covered, agreement = _pooled(said, trusted, n_docs, n_classes, how)
    if method == "dawid-skene":
        counting = [o for o, t in zip(said, trusted, strict=True) if t.weight > 0]
        known = (probe.doc, probe.label) if probe is not None and len(probe.doc) else None
        labels = dawid_skene(counting, labels, known)
    return Aggregate(labels, covered, agreement, trusted, method)


def _alike(opinion: Opinion) -> Floats:
    return np.ones(len(opinion.doc), np.float32)


def _pooled(
    said: Sequence[Opinion],
    trusted: Sequence[Trust],
    n: int,
    classes: int,
    how: Callable[[Opinion], Floats],
) -> tuple[Floats, NDArray[np.bool_], Floats]:
    mass, total = np.zeros((n, classes)), np.zeros(n)
    for opinion, one in zip(said, trusted, strict=True):
        weight = one.weight * how(opinion)
        mass[opinion.doc] += weight[:, None] * opinion.probability
        total[opinion.doc] += weight
    covered = total > 1e-9
    labels = np.full((n, classes), 1.0 / classes)
    labels[covered] = mass[covered] / total[covered, None]
    best, agreeing = labels.argmax(axis=1), np.zeros(n)
    for opinion, one in zip(said, trusted, strict=True):
        same = opinion.guess == best[opinion.doc]
        agreeing[opinion.doc] += same * one.weight * how(opinion)
    share = np.divide(agreeing, total, out=np.zeros(n), where=covered)
    agreement = np.where(covered, labels.max(axis=1) * share, 0.0)
    return labels.astype(np.float32), covered, agreement.astype(np.float32)
