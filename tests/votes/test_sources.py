"""Sources that need no label and no LLM, on vectors whose classes are known."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.data import ClassSpec
from nanonet.votes import Alignment, Centroids, Keywords, Similarity
from nanonet.votes.centroids import LEAST, candidates, reestimate

CLASSES = [ClassSpec(f"class_{c}", keywords=(f"word{c}",)) for c in range(4)]
N = 800


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def world():
    """(y, embed): texts round the middle of their class; sentences point past the middle."""
    rng = np.random.default_rng(5)
    middles = np.linalg.qr(rng.normal(size=(32, 4)))[0].T
    y = np.arange(N) % 4
    pile = unit(middles[y] + 0.2 * rng.normal(size=(N, 32)))
    off = unit(middles + 0.3 * rng.normal(size=middles.shape))

    def embed(texts):
        if texts[0].startswith("This text is about"):
            return off[[int(text.rstrip(".")[-1]) for text in texts]]
        return pile[[int(text) for text in texts]]

    return y, embed


def right(table, y):
    best = np.zeros((N, 4))
    np.maximum.at(best, (table.doc, table.label), table.probability)
    return (best.argmax(axis=1) == y).mean()


@pytest.mark.parametrize("kind", [Similarity, Centroids, Keywords, Alignment])
def test_a_source_votes_on_every_text_with_probabilities(world, kind):
    y, embed = world
    source = kind(embed)
    table = source.vote([str(i) for i in range(N)], CLASSES)
    assert table.sources == (source.name,)
    assert np.unique(table.doc).tolist() == list(range(N))
    assert right(table, y) > 0.8
    sums = np.bincount(table.doc, weights=table.probability)
    assert ((sums > 0.5) & (sums < 1.001)).all()


def test_class_vectors_from_the_pile_beat_the_names(world):
    y, embed = world
    texts = [str(i) for i in range(N)]
    plain = right(Similarity(embed).vote(texts, CLASSES), y)
    assert right(Centroids(embed).vote(texts, CLASSES), y) > plain + 0.02
    assert right(Alignment(embed).vote(texts, CLASSES), y) > plain + 0.02


def test_no_class_is_one_text_and_the_best_are_taken_not_the_first():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(1000, 3)).astype(np.float32)
    logits[:, 2] -= 5.0
    logits[7] = [-1.0, -1.0, 0.5]  # the one text that the third class wins
    found = candidates(logits)
    assert len(found[2]) == LEAST
    assert found[2].tolist() == np.argsort(-logits[:, 2], kind="stable")[:LEAST].tolist()
    margin = np.sort(logits, axis=1)[:, -1] - np.sort(logits, axis=1)[:, -2]
    assert (np.diff(margin[found[0]]) <= 0).all()


def test_a_pile_smaller_than_the_classes_ask_for():
    rng = np.random.default_rng(0)
    pile = unit(rng.normal(size=(5, 8)))
    logits = rng.normal(size=(5, 4)).astype(np.float32)
    assert np.isfinite(reestimate(logits, pile)).all()
