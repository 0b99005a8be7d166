"""Classes aligned with the pile's own clusters: a mixture of Gaussians that begins at the names.

The last step of X-Class (Wang, Mekala and Shang, NAACL 2021): clusters that share one covariance,
started from the texts nearest to each class, in the leading principal components. It helps where
the pile falls into the classes by itself and harms where it does not, so its votes should be
weighed by a few human labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.data import ClassSpec
from nanonet.votes.similarity import Embed, Floats, class_evidence, top_votes
from nanonet.votes.table import VoteTable

Doubles = NDArray[np.float64]

COMPONENTS = 64
ROUNDS = 10
_RIDGE = 1e-4  # on the shared covariance, of unit vectors


def align(
    evidence: Floats, pile: Floats, components: int = COMPONENTS, rounds: int = ROUNDS
) -> Floats:
    """Log-posteriors [n, C], up to a constant a row, of clusters begun at the nearest class.

    evidence: of the names [n, C]; pile: unit vectors [n, dim]. Class shares are held half way
    between the clusters' sizes and equal shares, so that none runs dry.
    """
    classes = evidence.shape[1]
    points = _leading(pile, components)
    owner = np.eye(classes)[evidence.argmax(axis=1)]
    logits = np.asarray(evidence, np.float64)
    for _ in range(rounds):
        logits = _posterior(points, owner)
        owner = np.exp(logits - logits.max(axis=1, keepdims=True))
        owner /= owner.sum(axis=1, keepdims=True)
    return np.asarray(logits - logits.max(axis=1, keepdims=True), np.float32)


def _leading(pile: Floats, components: int) -> Doubles:
    centred = np.asarray(pile, np.float64) - pile.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return np.asarray(centred @ vectors[:, ::-1][:, :components])


def _posterior(points: Doubles, owner: Doubles) -> Doubles:
    """One round: means and the shared covariance, then log-posteriors."""
    classes = owner.shape[1]
    mass = owner.sum(axis=0) + 1e-6
    means = (owner.T @ points) / mass[:, None]
    shares = 0.5 * mass / mass.sum() + 0.5 / classes
    within = points.T @ points - (means * mass[:, None]).T @ means
    covariance = within / len(points) + _RIDGE * np.eye(points.shape[1])
    directions = np.linalg.solve(covariance, means.T)
    offset = -0.5 * (means.T * directions).sum(axis=0) + np.log(shares)
    return np.asarray(points @ directions + offset)


@dataclass(frozen=True)
class Alignment:
    """A vote source: names, then clusters of the pile begun at them."""

    embed: Embed
    name: str = "alignment"

    def vote(self, texts: Sequence[str], classes: Sequence[ClassSpec]) -> VoteTable:
        """Up to three votes on every text."""
        pile = self.embed(texts)
        return top_votes(align(class_evidence(self.embed, classes, pile), pile), self.name)
