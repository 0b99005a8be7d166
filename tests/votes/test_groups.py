"""Classes found in a pile: how many, what they are called, in one level and as a tree."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.votes import group, name_groups
from nanonet.votes.taxonomy import foremost

WORDS = ["parcel delivery", "refund money", "login password", "opening hours"]


@pytest.fixture(scope="module")
def pile():
    """(texts, vectors, y): four subjects, each with its words among words that all texts hold."""
    pytest.importorskip("sklearn", reason="clustering needs the train extra")
    rng = np.random.default_rng(0)
    middles = np.linalg.qr(rng.normal(size=(16, 4)))[0].T
    y = np.arange(240) % 4
    rows = middles[y] + 0.12 * rng.normal(size=(240, 16))
    texts = [f"please tell me about the {WORDS[c]} number {i}" for i, c in enumerate(y.tolist())]
    return texts, (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), y


def test_the_number_is_found_and_the_groups_are_the_subjects(pile):
    _texts, vectors, y = pile
    found = group(vectors, np.random.default_rng(1))
    assert found.count == 4 == max(found.silhouettes, key=lambda k: found.silhouettes[k])
    assert len({(c, t) for c, t in zip(found.cluster.tolist(), y.tolist(), strict=True)}) == 4
    again = group(vectors, np.random.default_rng(1))
    assert again.cluster.tolist() == found.cluster.tolist()


def test_a_number_the_user_gives_is_kept(pile):
    found = group(pile[1], np.random.default_rng(0), count=6)
    assert (found.count, found.silhouettes) == (6, {})


def test_names_are_what_tells_a_group_from_the_others(pile):
    texts, vectors, _y = pile
    specs = name_groups(texts, vectors, group(vectors, np.random.default_rng(1)))
    assert {frozenset(spec.name.split("_")) for spec in specs} == {
        frozenset(words.split()) for words in WORDS
    }
    for spec in specs:
        assert not {"please", "the", "about"} & set(spec.keywords)
        assert len(spec.phrases) == 3
        assert all(spec.name.split("_")[0] in phrase for phrase in spec.phrases)


def test_names_below_a_class_are_new_and_carry_their_parent(pile):
    texts, vectors, _ = pile
    top = group(vectors, np.random.default_rng(1))
    specs = name_groups(texts, vectors, top)
    below = name_groups(texts, vectors, top, specs[0].name, specs, texts)
    assert not {s.name for s in below} & {s.name for s in specs}
    assert {s.parent for s in below} == {specs[0].name}


def test_words_common_in_the_whole_pile_name_no_part_of_it():
    texts = ["red apple", "red apple", "red pear", "red pear", "blue sky", "blue sky"]
    inside = foremost(texts[:4], np.array([0, 0, 1, 1]), 2, texts)
    assert [terms[0] for terms in inside] == ["apple", "pear"]
    assert all("red" not in terms for terms in inside)
