"""Votes beside labels and names: as a start, as a head, and judged by the labels there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from _planted import planted
from nanonet.learn import learn_quick, softmax
from nanonet.learn.quick import left_alone
from nanonet.learn.starts import fit_start, start_head
from nanonet.learn.voted import weigh_votes
from nanonet.votes import VoteTable, concat

N = 600


def votes(y, right, name, rows, seed=0, classes=3):
    rng = np.random.default_rng(seed)
    wrong = (y[rows] + rng.integers(1, classes, len(rows))) % classes
    label = np.where(rng.random(len(rows)) < right, y[rows], wrong)
    return VoteTable.of(rows, label, 0.95, name)


def world(labelled, right=0.8, noise=0.45, rows=None):
    data = planted(N, noise=noise)
    rows = np.arange(0, N, 2) if rows is None else rows
    table = votes(data.y, right, "llm", rows)
    return data, replace(data.material(labelled), votes=table)


def learn(material, seed=0):
    return learn_quick(material, None, np.random.default_rng(seed))


def test_votes_alone_are_a_start_for_every_text():
    data, material = world(0)
    everything = np.arange(N)
    start = fit_start(material, np.arange(0), everything, np.ones(N, bool))
    uncovered = np.arange(1, N, 2)
    assert (start.logits.argmax(1) == data.y)[uncovered].mean() > 0.82  # of votes right in 80 %
    learned = learn(material)
    assert learned.votes_weight == 1.0
    assert learned.voted.aggregate.trust[0].known_by == "nothing"
    assert (learned.labels.argmax(1) == data.y).mean() > 0.9
    head = start_head(material, start, None)
    assert softmax(head.logits(material, everything)) == pytest.approx(
        softmax(start.logits), abs=1e-4
    )


def test_votes_on_the_very_texts_are_where_the_rounds_begin_and_nowhere_else():
    _, material = world(30)
    rows = np.arange(N)
    start = fit_start(material, np.arange(30), rows, rows >= 30)
    moved = np.flatnonzero(np.abs(start.told(rows) - start.logits).max(axis=1) > 1e-6)
    assert start.votes_weight > 0
    assert moved.tolist() == list(range(30, N, 2))  # the labelled rows' own votes are not used


def test_labels_tell_good_votes_from_bad_ones():
    data, good = world(30, right=0.95)
    _, bad = world(30, right=0.34)
    rows = np.arange(N)
    spread = []
    for material in (good, bad):
        start = fit_start(material, np.arange(30), rows, rows >= 30)
        spread.append(start.votes_weight * start.voted.logits(material, rows).std())
    assert spread[0] > 3 * spread[1]
    plain = learn(data.material(30))
    for material in (good, bad):
        learned = learn(material)
        right = (learned.labels.argmax(1) == data.y[30:]).mean()
        assert right > (plain.labels.argmax(1) == data.y[30:]).mean() - 0.03


def test_a_source_is_weighed_by_the_labels_it_voted_on():
    data = planted(N)
    rows = np.arange(N)
    table = concat([votes(data.y, 0.9, "good", rows, 1), votes(data.y, 0.4, "bad", rows, 2)])
    found = weigh_votes(replace(data.material(40), votes=table), np.arange(40))
    good, bad = found.aggregate.trust
    assert (good.probed, bad.probed) == (40, 40)
    assert good.weight > 4 * bad.weight


def test_without_labels_the_names_are_a_source_among_the_votes():
    data, material = world(0)
    names = np.random.default_rng(2).normal(size=(N, 3)) + 1.5 * np.eye(3)[data.y]
    found = weigh_votes(replace(material, names=names.astype(np.float32)), np.arange(0))
    assert [t.name for t in found.aggregate.trust] == ["llm", "class names"]
    assert {t.known_by for t in found.aggregate.trust} == {"agreement"}
    assert found.aggregate.coverage == 1.0
    same = replace(material.votes, source=("names",) * len(material.votes))
    again = weigh_votes(replace(material, votes=same, names=names.astype(np.float32)), np.arange(0))
    assert [t.name for t in again.aggregate.trust] == ["names"]  # not counted twice


def test_votes_that_only_abstain_change_nothing():
    data = planted(N)
    mute = VoteTable.of(np.arange(50), np.full(50, -1), 0.0, "mute")
    plain, beside = (learn(m) for m in (data.material(30),
                                        replace(data.material(30), votes=mute)))  # fmt: skip
    assert beside.labels.argmax(1).tolist() == plain.labels.argmax(1).tolist()


def test_how_much_of_the_surest_the_rounds_left_alone():
    begin = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.2, 0.8]], np.float32)
    end = begin[:, ::-1].copy()
    assert left_alone(begin, begin, 1.0) == 1.0
    assert left_alone(begin, end, 0.5) == 0.0
    end[0] = begin[0]
    assert left_alone(begin, end, 0.3) == 0.5  # the surest of each class: rows 0 and 3
