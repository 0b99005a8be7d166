"""Many votes to one label: weights, abstentions, what is known of a source and how."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.votes import ABSTAIN, METHODS, Probe, VoteTable, aggregate, concat

N, C = 600, 4


def votes(truth, right, name, share=1.0, seed=0, probability=0.9):
    """A source that is right with the given chance, on a share of the texts."""
    rng = np.random.default_rng(seed)
    docs = np.flatnonzero(rng.random(len(truth)) < share)
    wrong = (truth[docs] + rng.integers(1, C, len(docs))) % C
    label = np.where(rng.random(len(docs)) < right, truth[docs], wrong)
    return VoteTable.of(docs, label, probability, name)


@pytest.fixture
def truth():
    return np.random.default_rng(7).integers(0, C, N)


@pytest.fixture
def three(truth):
    return concat([votes(truth, 0.9, "good", 0.7, 1), votes(truth, 0.5, "poor", 1.0, 2),
                   votes(truth, 0.5, "weak", 0.9, 3)])  # fmt: skip


def score(result, truth):
    return float((result.labels.argmax(axis=1) == truth).mean())


@pytest.mark.parametrize("method", METHODS)
def test_a_probe_makes_the_good_source_count_more(three, truth, method):
    probe = Probe(np.arange(40), truth[:40])
    found = aggregate(three, N, C, method, probe)
    by = {t.name: t for t in found.trust}
    assert by["good"].weight > 2 * by["poor"].weight > 0
    assert by["good"].known_by == "probe"
    assert by["good"].accuracy == pytest.approx(0.9, abs=0.1)
    plain = np.zeros((N, C))
    np.add.at(plain, (three.doc, three.label), 1.0)
    assert score(found, truth) > (plain.argmax(axis=1) == truth).mean() + 0.03


def test_by_agreement_alone_the_good_source_is_found(three, truth):
    found = aggregate(three, N, C)
    by = {t.name: t for t in found.trust}
    assert by["good"].known_by == by["poor"].known_by == "agreement"
    assert by["good"].weight > by["weak"].weight
    assert found.probed == 0


def test_a_single_source_without_a_probe_is_known_by_nothing(truth):
    found = aggregate(votes(truth, 0.9, "only"), N, C)
    assert (found.trust[0].known_by, found.trust[0].weight) == ("nothing", 1.0)


def test_hand_made_labels_and_the_weights_of_the_formula():
    table = VoteTable.of([0, 0, 1, 2], [0, 1, 1, ABSTAIN], [0.7, 1.0, 1.0, 0.5],
                         ["a", "b", "a", "b"])  # fmt: skip
    found = aggregate(table, 4, 3, probe=Probe(np.array([0, 1]), np.array([0, 1])))
    by = {t.name: t for t in found.trust}
    # a: agreement with b on text 0: (0 + 1) / (1 + 2); then 2 of 2 right
    assert by["a"].accuracy == pytest.approx((2 + 2 / 3) / 4)
    assert by["b"].accuracy == pytest.approx((0 + 2 / 3) / 3)
    expected = max(0.0, np.log(by["a"].accuracy * 2 / (1 - by["a"].accuracy)))
    assert by["a"].weight == pytest.approx(expected)
    assert by["b"].weight == 0.0  # worse than chance
    # a is right in two of three by its estimate and says 0.85 on average: drawn to equal shares
    alpha = (2 / 3 - 1 / 3) / (0.85 - 1 / 3)
    assert found.labels[0] == pytest.approx(alpha * np.array([0.7, 0.15, 0.15]) + (1 - alpha) / 3)
    assert found.covered.tolist() == [True, True, False, False]
    assert found.labels[2:] == pytest.approx(np.full((2, 3), 1 / 3))
    assert found.coverage == 0.5
    assert found.agreement[2:].tolist() == [0.0, 0.0]
    assert found.agreement[:2] == pytest.approx(found.labels[:2].max(axis=1))


def test_several_labels_of_one_source_are_a_distribution():
    table = VoteTable.of([0, 0, 1, 1, 1], [0, 1, 0, 1, 2], [0.5, 0.3, 1.0, 0.5, 0.5], "s")
    found = aggregate(table, 2, 3)
    assert found.labels[0] == pytest.approx([0.5, 0.3, 0.2])
    assert found.labels[1] == pytest.approx([0.5, 0.25, 0.25])


@pytest.mark.parametrize("method", METHODS)
def test_sources_that_only_abstain_leave_equal_shares(method):
    found = aggregate(VoteTable.of([0, 1], [ABSTAIN] * 2, 0.0, "mute", 0.5), 3, 2, method)
    assert found.labels == pytest.approx(np.full((3, 2), 0.5))
    assert (found.coverage, found.trust[0].docs, found.trust[0].cost) == (0.0, 0, 1.0)
    assert aggregate(VoteTable.of([], []), 3, 2, method).trust == ()


def test_dawid_skene_finds_a_source_that_mixes_up_two_classes():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, C, 2000)
    # always says 1 for 0: its word 2 is certain, its word 1 open
    crooked = VoteTable.of(np.arange(2000), np.where(truth == 0, 1, truth), 1.0, "crooked")
    table = concat([crooked] + [votes(truth, 0.7, f"s{i}", 1.0, i) for i in range(3)])
    start = aggregate(table, 2000, C)
    better = aggregate(table, 2000, C, "dawid-skene", Probe(np.arange(30), truth[:30]))
    assert score(better, truth) > score(start, truth) + 0.05
    assert better.labels[:30].argmax(axis=1).tolist() == truth[:30].tolist()


def test_numbers_out_of_range_and_an_unknown_method():
    table = VoteTable.of([3], [1])
    for docs, classes, method in ((3, 2, "weighted"), (4, 1, "weighted"), (4, 2, "majority")):
        with pytest.raises(ValueError, match=r"beyond|must be one of"):
            aggregate(table, docs, classes, method)
