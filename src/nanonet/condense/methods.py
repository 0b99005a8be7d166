"""The ways to condense into real texts: who chooses the rows, and who labels them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nanonet.condense.greedy import choose_greedily
from nanonet.condense.labels import label_for_head
from nanonet.condense.seen import Chooser, Kept, Method, Rows, Seen
from nanonet.learn import Floats, one_hot, softmax
from nanonet.progress import Progress
from nanonet.select import herding, k_centre

PLAIN_C = 10.0  # inverse penalty where labels are not made for one
CENTRAL = 0.95  # of a class, by distance to its mean: farthest first loves outliers


def by_class(choose: Callable[[Floats, int, np.random.Generator], Rows]) -> Chooser:
    """A chooser over one class's vectors made into one over all classes."""

    def chooser(seen: Seen, quota: Rows, rng: np.random.Generator) -> Rows:
        found = []
        for one in range(seen.classes):
            own = np.flatnonzero(seen.y == one)
            found.append(own[choose(seen.features[own], int(quota[one]), rng)])
        return np.concatenate(found).astype(np.int64)

    return chooser


def _random(vectors: Floats, count: int, rng: np.random.Generator) -> Rows:
    return np.asarray(rng.permutation(len(vectors))[:count], np.int64)


def _central_cover(vectors: Floats, count: int, rng: np.random.Generator) -> Rows:
    far = np.linalg.norm(vectors - vectors.mean(axis=0), axis=1)
    kept = np.sort(np.argsort(far, kind="stable")[: max(count, int(CENTRAL * len(vectors)))])
    return np.asarray(kept[k_centre(vectors[kept], count, rng, start="middle")], np.int64)


CHOOSERS: dict[str, Chooser] = {
    "random": by_class(_random),
    "herding": by_class(lambda vectors, count, rng: herding(vectors, count)),
    "k-centre": by_class(_central_cover),
}


@dataclass(frozen=True)
class SoftReal:
    """Real texts chosen for the span of the table's head, labels for which it is the optimum."""

    name: str = "soft-real"
    what: str = "texts whose span holds the table's head, soft labels in closed form"

    def condense(
        self, seen: Seen, quota: Rows, rng: np.random.Generator, progress: Progress
    ) -> Kept:
        """See :class:`nanonet.condense.Method`; draws nothing."""
        return label_for_head(seen, choose_greedily(seen, quota, progress))


@dataclass(frozen=True)
class Chosen:
    """Texts by one of ``CHOOSERS``. labels: 'hard', 'teacher' (the full head's) or 'learned'."""

    name: str
    chooser: str
    labels: str
    what: str

    def condense(
        self, seen: Seen, quota: Rows, rng: np.random.Generator, progress: Progress
    ) -> Kept:
        """See :class:`nanonet.condense.Method`."""
        rows = CHOOSERS[self.chooser](seen, quota, rng)
        if self.labels == "learned":
            return label_for_head(seen, rows)
        if self.labels == "hard":
            labels = one_hot(seen.y[rows], seen.classes)
        else:
            labels = softmax(seen.features[rows] @ seen.full[:-1] + seen.full[-1])
        return Kept(rows, labels, np.ones(len(rows), np.float32), PLAIN_C, 1.0)


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        SoftReal(),
        Chosen("herding", "herding", "learned", "texts by herding, soft labels in closed form"),
        Chosen("k-centre-soft", "k-centre", "learned", "k-centre, soft labels in closed form"),
        Chosen("random", "random", "hard", "random texts with their own labels"),
        Chosen("random-soft", "random", "teacher", "random texts, the full model's soft labels"),
        Chosen("random-learned", "random", "learned", "random texts, soft labels in closed form"),
        Chosen("k-centre", "k-centre", "hard", "k-centre texts with their own labels"),
    )
}
"""Every method that keeps real texts, by name."""

CONTROLS = ("random", "random-soft", "k-centre")
"""What any method must be seen beside; always measured."""
