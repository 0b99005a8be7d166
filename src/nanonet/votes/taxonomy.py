"""Classes found in a pile: clusters, and what tells each from the others in words.

k-means on the texts' unit vectors; the number of clusters is the one with the best mean silhouette
(Rousseeuw 1987) among those tried, unless the user says it. Names and keywords are by class-based
TF-IDF (Grootendorst, arXiv 2203.05794) in its information form: the terms whose share in the
cluster, times the logarithm of how much larger that is than in the pile, is largest. Words that are
everywhere get nothing by it, in any language and without a list of stop words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nanonet.data import ClassSpec
from nanonet.errors import MissingExtra
from nanonet.votes.similarity import Floats

TRIED = (4, 5, 6, 8, 10, 12, 15, 20, 25)
TRIED_BELOW = (2, 3, 4, 5, 6)
LEAST_EACH = 10  # texts a cluster must hold on average for a number to be tried
KEYWORDS = 8
TYPICAL = 3
LIFT = 1.6  # words that are little more frequent inside than outside tell nothing
_SAMPLE = 2000  # texts on which silhouettes are measured
_LEAST_TEXTS = 3  # in which a term must stand
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Grouping:
    """Clusters of a pile. cluster: [n]; silhouettes: of each number tried (empty: it was given)."""

    cluster: NDArray[np.int64]
    silhouettes: dict[int, float]

    @property
    def count(self) -> int:
        """Number of clusters."""
        return int(self.cluster.max()) + 1


def group(
    vectors: Floats, rng: np.random.Generator, count: int | None = None,
    tried: Sequence[int] = TRIED,
) -> Grouping:  # fmt: skip
    """Cluster unit vectors [n, dim] into ``count`` groups, or as many as fit the pile best."""
    if count is not None:
        return Grouping(_kmeans(vectors, count, rng), {})
    possible = [k for k in tried if k * LEAST_EACH <= len(vectors)] or [min(2, len(vectors))]
    sample = np.sort(rng.permutation(len(vectors))[:_SAMPLE])
    found, scores = {}, {}
    for k in possible:
        found[k] = _kmeans(vectors, k, rng)
        scores[k] = _silhouette(vectors[sample], found[k][sample])
    best = max(scores, key=lambda k: scores[k])
    return Grouping(found[best], scores)


def name_groups(
    texts: Sequence[str],
    vectors: Floats,
    grouping: Grouping,
    parent: str | None = None,
    others: Sequence[ClassSpec] = (),
    pile: Sequence[str] = (),
) -> tuple[ClassSpec, ...]:
    """A class a cluster, in their order.

    Its name is made of its two foremost words, keywords are its ``KEYWORDS`` foremost terms, and
    phrases the ``TYPICAL`` texts nearest to its middle, shortened. others: classes whose names are
    taken; pile: all texts, where ``texts`` are those of one class.
    """
    terms = foremost(texts, grouping.cluster, grouping.count, pile)
    used = {spec.name for spec in others}
    specs = []
    for c in range(grouping.count):
        name = _name(terms[c], used, parent)
        used.add(name)
        rows = np.flatnonzero(grouping.cluster == c)
        near = rows[np.argsort(-(vectors[rows] @ vectors[rows].mean(axis=0)), kind="stable")]
        phrases = dict.fromkeys(_short(texts[row]) for row in near[: 4 * TYPICAL])
        specs.append(
            ClassSpec(
                name,
                f"Texts about {', '.join(terms[c][:4])}." if terms[c] else "",
                tuple(phrases)[:TYPICAL],
                tuple(terms[c][:KEYWORDS]),
                parent,
            )
        )
    return tuple(specs)


def foremost(
    texts: Sequence[str], cluster: NDArray[np.int64], count: int, pile: Sequence[str] = ()
) -> list[list[str]]:
    """The terms (words and pairs) of each cluster, most telling first.

    With ``p`` a term's share of the cluster's texts and ``q`` of all texts (or of the pile, where
    that is more): ``p ln(p / q)``, for terms whose ``p / q`` is at least ``LIFT``.
    """
    holds = [set(_terms(text)) for text in texts]
    everywhere = _shares(holds)
    beside = _shares([set(_terms(text)) for text in pile])
    ranked = []
    for c in range(count):
        rows = np.flatnonzero(cluster == c)
        inside = Counter(term for row in rows.tolist() for term in holds[row])
        least = min(_LEAST_TEXTS, len(rows))
        shares = {term: n / len(rows) for term, n in inside.items() if n >= least}
        lifts = {t: p / max(everywhere[t], beside.get(t, 0.0)) for t, p in shares.items()}
        telling = [t for t in shares if lifts[t] >= LIFT] or [t for t in shares if lifts[t] > 1.0]
        worth = {term: shares[term] * float(np.log(lifts[term])) for term in telling}
        ranked.append(_without_parts(sorted(worth, key=lambda term: (-worth[term], term))))
    return ranked


def _shares(holds: Sequence[set[str]]) -> dict[str, float]:
    """Share of the texts that hold a term."""
    counted = Counter(term for found in holds for term in found)
    return {term: n / len(holds) for term, n in counted.items()}


def _terms(text: str) -> list[str]:
    words = _WORD.findall(text.lower())
    return words + [f"{a} {b}" for a, b in pairwise(words)]


def _without_parts(terms: Sequence[str]) -> list[str]:
    """The terms without those whose words a better one has already."""
    kept: list[str] = []
    for term in terms:
        if not any(set(term.split()) & set(other.split()) for other in kept):
            kept.append(term)
        if len(kept) == KEYWORDS:
            break
    return kept


def _name(terms: Sequence[str], used: set[str], parent: str | None) -> str:
    plain = "_".join("_".join(terms[:2]).split()) or "group"
    for name in (plain, f"{parent}_{plain}" if parent else plain):
        if name not in used:
            return name
    number = 2
    while f"{plain}_{number}" in used:
        number += 1
    return f"{plain}_{number}"


def _short(text: str, most: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0]


def _kmeans(vectors: Floats, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    try:
        from sklearn.cluster import KMeans
    except ModuleNotFoundError as error:
        raise MissingExtra("taxonomy", "train") from error
    seed = int(rng.integers(2**31))
    fitted = KMeans(count, n_init=3, random_state=seed).fit(np.asarray(vectors, np.float64))
    # numbered by size, so that equal groups have equal numbers whatever the start
    sizes = np.bincount(fitted.labels_, minlength=count)
    rank = np.argsort(np.lexsort((np.arange(count), -sizes)))
    return np.asarray(rank[fitted.labels_], np.int64)


def _silhouette(vectors: Floats, cluster: NDArray[np.int64]) -> float:
    if len(np.unique(cluster)) < 2:
        return -1.0
    from sklearn.metrics import silhouette_score

    return float(silhouette_score(np.asarray(vectors, np.float64), cluster, metric="cosine"))
