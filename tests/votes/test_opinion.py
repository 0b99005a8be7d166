"""The direction from bad to good, and how far the labels let it count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from _planted import DIM, planted
from nanonet.learn import starts
from nanonet.learn.starts import OPINIONS, fit_start, start_head
from nanonet.votes import OPINION_PAIRS, opinion, opinion_sentences


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_the_scores_have_mean_zero_and_spread_one_and_good_is_above_bad():
    rng = np.random.default_rng(0)
    sentences = opinion_sentences()
    per_word = len(sentences) // (2 * len(OPINION_PAIRS))
    good = np.tile(np.repeat([1.0, -1.0], per_word), len(OPINION_PAIRS))
    vectors = rng.normal(size=(len(sentences), 32))
    vectors[:, 3] += 3 * good
    pile = unit(rng.normal(size=(400, 32)))
    scores = opinion(unit(vectors), pile).scores(pile)
    assert scores.mean() == pytest.approx(0, abs=1e-4)
    assert scores.std() == pytest.approx(1, abs=1e-4)
    assert np.corrcoef(scores, pile[:, 3])[0, 1] > 0.9


def test_every_pair_stands_in_every_template_good_word_first():
    sentences = opinion_sentences()
    assert len(set(OPINION_PAIRS)) == len(OPINION_PAIRS)
    assert len(sentences) % (2 * len(OPINION_PAIRS)) == 0
    assert sentences[0] == "it is beautiful."
    assert sentences[len(sentences) // (2 * len(OPINION_PAIRS))] == "it is ugly."


def with_axis(faint, own):
    """Texts whose class is a faint direction among loud ones; the axis points along it or not."""
    made = planted(600, classes=2, noise=0.0, own=0.0, seed=1)
    rng = np.random.default_rng(2)
    dense = rng.normal(size=made.dense.shape).astype(np.float32)
    dense[:, 0] = faint * (2 * made.y - 1) + 0.3 * rng.normal(size=len(dense))
    material = replace(made, dense=dense).material(20)
    axis = np.zeros(DIM + 1, np.float32)
    axis[0 if own else 5] = 4.0
    return made.y, replace(material, opinion=axis)


def accuracy(y, material):
    rows = np.arange(material.rows)
    start = fit_start(material, rows[:20], rows, rows >= 20)
    return (start.logits[20:].argmax(axis=1) == y[20:]).mean(), start


def test_a_faint_opinion_is_found_with_the_axis_and_folded_into_the_head():
    y, material = with_axis(0.6, own=True)
    without, _ = accuracy(y, replace(material, opinion=None))
    found, start = accuracy(y, material)
    assert start.opinion > 0
    assert found > without + 0.05
    rows = np.arange(material.rows)
    deployed = start_head(material, start, None).logits(material, rows)
    assert np.abs(deployed - start.logits).max() < 1e-3


def test_labels_that_speak_against_the_axis_leave_it_out():
    y, material = with_axis(3.0, own=False)
    plain, _ = accuracy(y, replace(material, opinion=None))
    found, start = accuracy(y, material)
    assert start.opinion == OPINIONS[0] == 0.0
    assert found == plain


@pytest.mark.parametrize(
    ("classes", "share", "taken"), [(2, 0.99, True), (3, 0.0, True), (3, 0.99, False)]
)
def test_the_share_of_the_loss_is_asked_of_more_than_two_classes(
    monkeypatch, classes, share, taken
):
    monkeypatch.setattr(starts, "OPINION_SHARE", share)
    y, material = with_axis(0.6, own=True)
    if classes == 3:  # the last six labelled texts are of a class that lies elsewhere
        y = np.append(y[:14], [2] * 6)
    rows = np.arange(material.rows)
    start = fit_start(replace(material, classes=classes, y=y[:20]), rows[:20], rows, rows >= 20)
    assert (start.opinion > 0) == taken


@pytest.mark.parametrize(
    ("losses", "rows", "taken"),
    [
        ((0.40, 0.36, 0.36), 60, 0),  # easy: 2.4 nats are luck
        ((0.40, 0.30, 0.29), 60, 2),  # 6.6 are not
        ((1.40, 1.34, 1.35), 60, 1),  # hard: four hundredths of the loss taken away
        ((1.40, 1.38, 1.38), 60, 0),
        ((1.40, 1.41, 1.41), 60, 0),  # and nothing is lost for it
    ],
)
def test_more_classes_take_the_axis_where_it_takes_loss_away(losses, rows, taken):
    assert starts._length(np.array(losses), rows, 6) == taken


@pytest.mark.parametrize(
    ("losses", "rows", "taken"),
    [
        ((0.65, 0.68, 0.69), 20, 2),  # hard for the embedding: half a nat and less lost is taken
        ((0.65, 0.69, 0.72), 20, 0),  # eight tenths of a nat lost is not
        ((0.65, 0.60, 0.63), 20, 1),  # the shorter one where it is likelier by over 0.3 nats
        ((0.20, 0.15, 0.14), 20, 0),  # easy: 1.2 nats gained are too few
        ((0.30, 0.15, 0.14), 20, 2),  # 3.2 are enough
        ((0.65, 0.66, 0.66), 200, 0),  # more labels, more nats
    ],
)
def test_two_classes_take_the_axis_by_how_hard_they_are(losses, rows, taken):
    assert starts._length(np.array(losses), rows, 2) == taken


def test_names_weigh_more_beside_labels_about_an_opinion():
    """Left-out scores that say nothing leave the weight at what is usual."""
    y = np.arange(20) % 2
    nothing, names = np.zeros((20, 2)), np.zeros((20, 2), np.float32)
    assert starts._weight_beside(nothing, names, y) == 1.0
    assert starts._weight_beside(nothing, names, y, starts.NAMES_OF_OPINION) == 4.0
    against = np.where(np.eye(2)[y] > 0, -3.0, 3.0).astype(np.float32)
    rows = np.tile(y, 40)
    own = np.tile(-against / 3, (40, 1)).astype(np.float64)
    assert starts._weight_beside(own, np.tile(against, (40, 1)), rows, 4.0) == 0.0
