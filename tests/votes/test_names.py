"""What the names of the classes say about the texts."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.data import ClassSpec
from nanonet.votes import class_sentences, name_evidence
from nanonet.votes.names import SHARPNESS, readable


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("card_arrival", "card arrival"),
        ("CardArrival", "card arrival"),
        ("card-arrival/late.mail", "card arrival late mail"),
        ("  two   words ", "two words"),
        ("World", "world"),
        ("route66Traffic", "route66 traffic"),
        ("天気_予報", "天気 予報"),
        ("3", "3"),
    ],
)
def test_a_name_as_a_phrase(name, words):
    assert readable(name) == words


def test_sentences_of_a_class():
    assert class_sentences(ClassSpec("card_arrival")) == ("This text is about card arrival.",)
    described = ClassSpec("card_arrival", description="Where is my card?")
    assert class_sentences(described) == ("Where is my card?", "This text is about card arrival.")
    phrases = ClassSpec("x", description="D.", phrases=("One.", "Two."), keywords=("post",))
    assert class_sentences(phrases) == ("One.", "Two.", "D.", "This text is about post.")


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def pile():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 3
    own = 0.6 * np.eye(3, 8)[y] + 0.2 * rng.normal(size=(300, 8))
    return y, unit(own + np.eye(8)[7])


def sentences():
    common = np.eye(8)[7]
    return [unit(np.array([np.eye(8)[c] + common, np.eye(8)[c] * 2 + common])) for c in range(3)]


def test_evidence_is_centred_and_of_the_same_spread_for_every_class(pile):
    _, texts = pile
    logits = name_evidence(sentences(), texts).logits(texts)
    assert logits.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-3)
    assert logits.std(axis=0) == pytest.approx(np.full(3, SHARPNESS), rel=1e-3)
    twice = name_evidence(sentences(), texts, sharpness=2 * SHARPNESS).logits(texts)
    assert twice == pytest.approx(2 * logits, abs=1e-3)


def test_evidence_finds_the_classes(pile):
    y, texts = pile
    assert (name_evidence(sentences(), texts).logits(texts).argmax(axis=1) == y).mean() > 0.9


def test_what_all_classes_share_counts_for_nothing(pile):
    _, texts = pile
    weight = name_evidence(sentences(), texts).weight
    assert np.abs(weight[7]).max() < 1e-4 < 1.0 < np.abs(weight[:3]).min()


def test_two_classes_are_each_others_opposite(pile):
    _, texts = pile
    logits = name_evidence(sentences()[:2], texts).logits(texts)
    assert logits[:, 0] == pytest.approx(-logits[:, 1], abs=1e-4)


def test_a_class_near_everything_gains_nothing_by_it(pile):
    """The third name is the common direction of the pile itself: raw similarity would elect it."""
    _, texts = pile
    vague = [*sentences()[:2], unit(texts.mean(axis=0, keepdims=True))]
    raw = np.stack([texts @ block.mean(axis=0) for block in vague], axis=1)
    assert (raw.argmax(axis=1) == 2).mean() > 0.6
    share = np.bincount(name_evidence(vague, texts).logits(texts).argmax(axis=1)) / len(texts)
    assert share[2] < 0.5


def test_equal_names_give_no_evidence_and_no_division_by_zero(pile):
    _, texts = pile
    same = [sentences()[0]] * 3
    logits = name_evidence(same, texts).logits(texts)
    assert np.isfinite(logits).all()
    assert np.ptp(logits, axis=1).max() < 0.5
