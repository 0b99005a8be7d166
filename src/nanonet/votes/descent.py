"""Classes in a tree, searched from the roots down and refined on the pile.

TELEClass (Zhang et al., arXiv 2403.00165) without its language model: candidates level by level,
then class vectors from the texts that speak of a class, then the cut of the ranked classes at the
largest gap. Here scores are log-evidence against the other classes of the level instead of raw
cosines, and a text of a class is one whose path leads there, with or without its very words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.data import ClassSpec
from nanonet.votes.centroids import candidates
from nanonet.votes.names import NameEvidence, name_evidence
from nanonet.votes.similarity import Embed, Floats, sentence_vectors
from nanonet.votes.table import VoteTable
from nanonet.votes.tree import Tree

WIDER = 3  # at level l, l + 3 classes stay in the search
GAPS = 3  # the cut is looked for among the first so many gaps
KEPT = 0.75  # of the texts, those with the widest gap vote
MIX = 0.5  # of the refined scores beside those of the names


def lifted(sentences: Sequence[Floats], tree: Tree) -> list[Floats]:
    """The sentences with those of a parent joined by the mean of each of its children.

    A parent is often a mere heading ("home", "meta"); what stands under it says what it means.
    """
    found = list(sentences)
    for level in reversed(tree.levels[:-1]):
        for c in level:
            below = [found[child].mean(axis=0, keepdims=True) for child in tree.children(c)]
            if below:
                own = found[c].mean(axis=0, keepdims=True)
                found[c] = np.concatenate([own, *below])
    return found


def level_evidence(sentences: Sequence[Floats], pile: Floats, tree: Tree) -> Floats:
    """Log-evidence [n, C] of every class against the others of its level.

    sentences: unit matrices [m_c, dim], one a class; a level of one class gets zeros.
    """
    sentences = lifted(sentences, tree)
    found = np.zeros((len(pile), len(sentences)), np.float32)
    for level in tree.levels:
        if len(level) > 1:
            here = name_evidence([sentences[c] for c in level], pile)
            found[:, list(level)] = here.logits(pile)
    return found


def tree_evidence(sentences: Sequence[Floats], pile: Floats, tree: Tree) -> NameEvidence:
    """Evidence for the leaves: of each, the sum over the classes on its path of their evidence.

    Each class stands against the others of its level. A flat list gives what ``name_evidence``
    gives; sentences: unit matrices [m_c, dim], one a class.
    """
    sentences = lifted(sentences, tree)
    dim = pile.shape[1]
    weight, bias = np.zeros((dim, len(sentences)), np.float32), np.zeros(len(sentences), np.float32)
    for level in tree.levels:
        if len(level) > 1:
            here = name_evidence([sentences[c] for c in level], pile)
            weight[:, list(level)], bias[list(level)] = here.weight, here.bias
    if len(tree.levels) == 1:
        return NameEvidence(weight, bias)
    paths = tree.above[list(tree.leaves)].T.astype(np.float32)
    return NameEvidence(weight @ paths, bias @ paths)


def descend(evidence: Floats, tree: Tree, wider: int = WIDER) -> Floats:
    """Scores [n, C] of the paths to every class; -inf where the search did not come by.

    A path's score is the sum of its classes' log-probabilities within their level's candidates:
    the children of the level + ``wider`` best paths of the level above. ``evidence``: [n, C].
    """
    n = len(evidence)
    scores = np.full(evidence.shape, -np.inf, np.float32)
    for depth, level in enumerate(tree.levels):
        nodes = np.array(level)
        above = np.array([tree.parent[c] for c in level])
        reached = np.zeros((n, len(level)), np.float32) if depth == 0 else scores[:, above]
        own = np.where(np.isfinite(reached), evidence[:, nodes], -np.inf)
        top = own.max(axis=1, keepdims=True)
        total = np.log(
            np.exp(own - np.where(np.isfinite(top), top, 0.0)).sum(axis=1, keepdims=True)
        )
        paths = reached + own - np.where(np.isfinite(top), top, 0.0) - total
        keep = min(depth + wider, len(level))
        if depth + 1 < len(tree.levels) and keep < len(level):
            last = -np.partition(-paths, keep - 1, axis=1)[:, keep - 1 : keep]
            leaf = np.isin(nodes, tree.leaves)  # a leaf stays: nothing below it is searched
            paths = np.where((paths >= last) | leaf, paths, -np.inf)
        scores[:, nodes] = paths
    return scores


def gap_cut(scores: Floats, gaps: int = GAPS) -> tuple[NDArray[np.bool_], Floats]:
    """The classes above the largest of the first ``gaps`` gaps, bool [n, C], and that gap [n].

    >>> core, gap = gap_cut(np.array([[0.9, 0.1, 0.8, 0.0]], np.float32))
    >>> core.tolist(), round(float(gap[0]), 3)
    ([[True, False, True, False]], 0.7)
    """
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(scores, order, axis=1)
    steps = (ranked[:, :-1] - ranked[:, 1:])[:, :gaps]
    cut = steps.argmax(axis=1)
    rank = np.argsort(order, axis=1, kind="stable")
    return rank <= cut[:, None], np.asarray(steps.max(axis=1), np.float32)


def refine(paths: Floats, evidence: Floats, pile: Floats, tree: Tree) -> Floats:
    """Log-evidence [n, C] with class vectors from the texts whose paths lead to a class."""
    found = np.zeros_like(evidence)
    for level in tree.levels:
        if len(level) < 2:
            continue
        nodes = list(level)
        here = np.where(np.isfinite(paths[:, nodes]), paths[:, nodes], -1e3)
        vectors = [pile[rows].mean(axis=0, keepdims=True) for rows in candidates(here)]
        found[:, nodes] = name_evidence(vectors, pile).logits(pile)
    return np.asarray(MIX * found + (1.0 - MIX) * evidence, np.float32)


def leaf_logits(paths: Floats, tree: Tree) -> Floats:
    """Scores [n, leaves], in the order of ``tree.leaves``; finite."""
    found = paths[:, list(tree.leaves)]
    return np.asarray(np.where(np.isfinite(found), found, -30.0), np.float32)


@dataclass(frozen=True)
class Descent:
    """A vote source for classes in a tree; it votes for the leaves above the largest gap."""

    embed: Embed
    name: str = "descent"

    def vote(self, texts: Sequence[str], classes: Sequence[ClassSpec]) -> VoteTable:
        """Votes on the three quarters of the texts whose gap is widest."""
        tree = Tree.of(classes)
        pile = self.embed(texts)
        evidence = level_evidence(sentence_vectors(self.embed, classes), pile, tree)
        evidence = refine(descend(evidence, tree), evidence, pile, tree)
        logits = leaf_logits(descend(evidence, tree), tree)
        core, gap = gap_cut(logits)
        sure = gap >= np.quantile(gap, 1.0 - KEPT)
        odds = np.where(core, np.exp(logits - logits.max(axis=1, keepdims=True)), 0.0)
        share = odds / np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)
        docs, leaf = np.nonzero(core & sure[:, None])
        labels = np.array(tree.leaves)[leaf]
        return VoteTable.of(docs, labels, np.clip(share[docs, leaf], 0.0, 1.0), self.name)


def best_by_path(probability: Floats, tree: Tree) -> NDArray[np.int64]:
    """The leaf [n] whose path is expected to share most classes with the true one.

    probability: [n, leaves], in the order of ``tree.leaves``. With ``P(a)`` the probability of all
    leaves under class a, the leaf with the largest sum of ``P(a)`` along its path: what is best for
    the hierarchical F measure (Kiritchenko et al. 2006), and plain argmax in a flat list.
    """
    paths = tree.above[list(tree.leaves)].astype(np.float32)
    expected = probability @ (paths @ paths.T)
    return np.asarray(np.array(tree.leaves)[expected.argmax(axis=1)], np.int64)
