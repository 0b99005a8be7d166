"""How far each source of labels is trusted: from human labels where there are some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nanonet.votes._mass import Opinion

_MOST = 0.99  # no source is believed beyond this, whatever it was seen to do


@dataclass(frozen=True)
class Probe:
    """Human labels: rows of the pile [k] and their class numbers [k]."""

    doc: NDArray[np.int64]
    label: NDArray[np.int64]


@dataclass(frozen=True)
class Trust:
    """One source: what it gave, how often it is thought to be right, what it counts.

    docs: texts it voted on; cost: dollars; accuracy: estimated share of right votes; known_by:
    'probe' (human labels), 'agreement' (with the other sources only) or 'nothing' (accuracy is then
    a guess that no data supports); probed: human labels it was compared with; right: how many of
    those it named; weight: in the aggregate.
    """

    name: str
    docs: int
    cost: float
    accuracy: float
    known_by: str
    probed: int
    right: int
    weight: float


def trust(opinions: Sequence[Opinion], n_docs: int, probe: Probe | None) -> tuple[Trust, ...]:
    """The trust in every source; weight 0 for one no better than chance.

    Of n_s probed texts a source names ``right``; ``a = (right + 2 a0) / (n_s + 2)``, where a0 is
    its share of agreement with the majority of the other sources (1/2 where there is none), and
    ``w = max(0, log(a (C - 1) / (1 - a)))``, the weight that is best for independent sources
    (Nitzan and Paroush 1982).
    """
    truth = np.full(n_docs, -1, np.int64)
    if probe is not None:
        truth[probe.doc] = probe.label
    classes = opinions[0].probability.shape[1] if opinions else 2
    found = []
    for opinion in opinions:
        seen = truth[opinion.doc]
        probed = int((seen >= 0).sum())
        right = int((opinion.guess == seen).sum())
        agreed = _agreement(opinion, [o for o in opinions if o is not opinion], n_docs)
        before = 0.5 if agreed is None else agreed
        accuracy = min(_MOST, (right + 2.0 * before) / (probed + 2.0))
        known_by = "probe" if probed else "nothing" if agreed is None else "agreement"
        weight = _weight(accuracy, classes) if known_by != "nothing" else 1.0
        found.append(
            Trust(opinion.name, len(opinion.doc), opinion.cost, accuracy, known_by, probed, right,
                  weight if len(opinion.doc) else 0.0)
        )  # fmt: skip
    return tuple(found)


def discounted(opinion: Opinion, known: Trust) -> Opinion:
    """The opinion, no surer on the whole than it is right, as far as that is known.

    ``p' = alpha p + (1 - alpha) / C`` with the alpha at which the mean of the largest ``p'`` is the
    accuracy; a source that is less sure than right is left alone.
    """
    if known.known_by == "nothing" or not len(opinion.doc):
        return opinion
    even = 1.0 / opinion.probability.shape[1]
    claimed = float(opinion.probability.max(axis=1).mean())
    alpha = np.clip((known.accuracy - even) / max(claimed - even, 1e-9), 0.0, 1.0)
    drawn = np.asarray(alpha * opinion.probability + (1.0 - alpha) * even, np.float32)
    return replace(opinion, probability=drawn)


def _weight(accuracy: float, classes: int) -> float:
    chance = accuracy * (classes - 1) / max(1.0 - accuracy, 1e-9)
    return max(0.0, float(np.log(max(chance, 1e-9))))


def _agreement(opinion: Opinion, others: Sequence[Opinion], n_docs: int) -> float | None:
    """Smoothed share of its texts where it says what most of the others say; None: alone."""
    if not others:
        return None
    classes = opinion.probability.shape[1]
    total = np.zeros((n_docs, classes), np.float32)
    for other in others:
        total[other.doc] += other.probability
    beside = total[opinion.doc].sum(axis=1) > 0
    if not beside.any():
        return None
    same = total[opinion.doc].argmax(axis=1)[beside] == opinion.guess[beside]
    return float((same.sum() + 1.0) / (len(same) + 2.0))
