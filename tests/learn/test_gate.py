"""The gate takes the cohort where the pile agrees with the labels, and only there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from _counter import Counter
from _planted import planted
from nanonet.learn import cohort
from nanonet.learn._softmax import softmax
from nanonet.learn.gate import expected_gain, judge, score_trials
from nanonet.learn.material import LinearHead
from nanonet.learn.quick import learn_quick
from nanonet.learn.trials import Tried, half_split, try_candidates

LABELLED = 30


def try_out(material, **how):
    return try_candidates(material, np.random.default_rng(1), **how)


def contradicting():
    """The texts fall into four clear heaps, but the labels are about a faint trait across them.

    The vectors carry the trait weakly; the n-grams know the heaps alone, and so do the neighbours.
    """
    data = planted(700, classes=4, noise=0.1, own=0.9)
    rng = np.random.default_rng(9)
    y = rng.integers(0, 2, 700)
    data.dense[:, -1] += 0.5 * (2 * y - 1)
    return data, y


def test_a_pile_that_agrees_with_the_labels_is_learned_from():
    tried = try_out(planted(700).material(LABELLED))
    gate = judge(tried)
    assert gate.chosen == "cohort"
    assert gate.trial("cohort").accuracy > gate.trial("readouts").accuracy + 0.05
    assert [t.name for t in gate.trials] == ["labels", "readouts", "cohort"]
    assert gate.to_dict()["chosen"] == "cohort"


def test_a_pile_that_contradicts_the_labels_is_refused():
    data, y = contradicting()
    gate = judge(try_out(data.material(LABELLED, y)))
    assert gate.trial("readouts").accuracy > 0.75
    assert gate.trial("cohort").accuracy < gate.trial("readouts").accuracy - 0.05
    assert gate.chosen != "cohort"


def test_a_refused_cohort_leaves_the_pool_to_the_start():
    data, y = contradicting()
    learned = learn_quick(data.material(LABELLED, y), None, np.random.default_rng(1))
    assert learned.gate.chosen != "cohort"
    assert learned.rounds == ()
    assert (learned.labels.argmax(1) == y[LABELLED:]).mean() > 0.8
    again = learned.head.logits(data.material(LABELLED, y), np.arange(LABELLED, 700))
    assert np.abs(softmax(again) - learned.labels).max() < 1e-4


def test_a_believed_cohort_labels_the_pool_better_than_its_start():
    data = planted(700)
    learned = learn_quick(data.material(LABELLED), None, np.random.default_rng(1))
    assert learned.gate.chosen == "cohort"
    assert (learned.labels.argmax(1) == data.y[LABELLED:]).mean() > 0.93
    assert len(learned.rounds) > 1


def test_a_class_with_one_label_is_not_tried():
    data = planted(200)
    material = data.material(7)  # 3, 2 and 2 labels
    assert try_out(material) is not None
    material = data.material(5)  # 2, 2 and 1
    assert try_out(material) is None
    gate = judge(None)
    assert (gate.chosen, gate.trials, gate.hidden) == ("readouts", (), 0)
    learned = learn_quick(material, None, np.random.default_rng(0))
    assert learned.gate.chosen == "readouts"
    assert learned.tried is None


@pytest.mark.parametrize(("own", "chosen"), [(0.6, "cohort"), (0.0, "readouts")])
def test_without_labels_the_views_must_agree_from_the_first_round(own, chosen):
    """The names know the classes; the n-grams know them too, or nothing at all."""
    data = planted(600, noise=0.25, own=own)
    rng = np.random.default_rng(2)
    names = 2.0 * np.eye(3)[data.y] + rng.normal(size=(600, 3))
    material = replace(data.material(0), names=names.astype(np.float32))
    head = LinearHead((0,), np.zeros((16, 3), np.float32), np.zeros(3, np.float32))
    learned = learn_quick(material, head, np.random.default_rng(0))
    assert (learned.gate.chosen, learned.tried) == (chosen, None)
    assert "kappa" in learned.gate.why
    if chosen == "readouts":
        assert np.abs(learned.labels - softmax(material.names)).max() < 1e-5
    else:
        right = [(t.argmax(1) == data.y).mean() for t in (material.names, learned.labels)]
        assert right[1] > right[0] + 0.05


@pytest.mark.parametrize("pool", [0, 40])
def test_a_pool_too_small_for_neighbours_leaves_two_candidates(pool):
    tried = try_out(planted(LABELLED + pool).material(LABELLED))
    assert tried.names == ("labels", "readouts")
    assert judge(tried).chosen in tried.names


def test_hidden_rows_are_hidden_in_equal_parts_of_each_class():
    y = np.array([0] * 5 + [1] * 4 + [2])
    for seed in range(5):
        keep, hide = half_split(y, np.random.default_rng(seed))
        assert sorted([*keep, *hide]) == list(range(10))
        assert np.bincount(y[keep]).tolist() == [3, 2, 1]
        assert np.bincount(y[hide], minlength=3).tolist() == [2, 2, 0]
    different = {tuple(half_split(y, np.random.default_rng(seed))[1]) for seed in range(5)}
    assert len(different) > 1


def test_every_repeat_scores_each_candidate_on_the_hidden_rows():
    bar = Counter()
    tried = try_out(planted(200).material(10), repeats=3, progress=bar)
    assert (bar.totals, bar.done, bar.finished) == ([3], 3, 1)
    # 10 labels: 4, 3 and 3, of which 2, 1 and 1 are hidden each time.
    assert len(tried.row) == len(tried.y) == 12
    assert [table.shape for table in tried.probabilities] == [(12, 3)] * 3
    assert (tried.y == np.arange(200)[tried.row] % 3).all()


def test_the_labels_of_hidden_rows_do_not_reach_their_own_trial():
    """Two hidden rows trade labels: nothing that was scored may move by a bit."""
    data = planted(200)
    plain = try_out(data.material(24), repeats=1)
    # Rows 3k and 3k + 1 have the same rank in their classes, so the trade keeps the split.
    a = next(r for r in plain.row if r % 3 == 0 and r + 1 in plain.row)
    y = data.y.copy()
    y[[a, a + 1]] = y[[a + 1, a]]
    again = try_out(data.material(24, y), repeats=1)
    assert (again.row == plain.row).all()
    assert (again.y != plain.y).sum() == 2
    for one, other in zip(plain.probabilities, again.probabilities, strict=True):
        assert (one == other).all()


def test_scores_by_hand():
    y = np.array([0, 1, 1, 0])
    first = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7]], np.float32)
    second = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]], np.float32)
    weight = np.array([1.0, 1.0, 1.0, 3.0], np.float32)
    tried = Tried(("labels", "readouts"), (first, second), np.array([0, 1, 2, 0]), y, weight, 0.0)
    labels, readouts = score_trials(tried)
    assert labels.accuracy == pytest.approx(2 / 6)
    assert readouts.accuracy == pytest.approx(3 / 6)
    assert readouts.gain == pytest.approx(1 / 6)
    # Three distinct rows were hidden: the spread is divided by two.
    assert readouts.accuracy_se == pytest.approx(np.sqrt(0.25 / 2))
    losses = -np.log([0.9, 0.4, 0.8, 0.3])
    assert labels.log_loss == pytest.approx(np.average(losses, weights=weight), abs=1e-4)


def tried_with(hits, kappa, shift=0):
    """Forty hidden rows of two classes, of which each candidate gets the first so many right.

    shift: the cohort is right on as many rows, from this one on.
    """
    y, row = np.arange(40) % 2, np.arange(40)
    right = [row < n for n in hits[:2]] + [(row >= shift) & (row < hits[2] + shift)]
    tables = tuple(0.2 + 0.6 * np.eye(2)[np.where(hit, y, 1 - y)] for hit in right)
    return Tried(("labels", "readouts", "cohort"), tables, row, y, np.ones(40), kappa)


@pytest.mark.parametrize(
    ("hits", "kappa", "chosen"),
    [
        ((28, 30, 36), 0.6, "cohort"),
        ((28, 30, 36), 0.2, "readouts"),  # the views see other groups than the labels name
        ((28, 30, 24), 0.3, "readouts"),
        ((28, 30, 30), 0.3, "readouts"),  # an even chance goes to the simpler one
        ((36, 28, 30), 0.3, "labels"),
        ((30, 30, 24), 0.9, "readouts"),  # agreeing views are doubted too where they lose clearly
    ],
)
def test_who_is_chosen(hits, kappa, chosen):
    gate = judge(tried_with(hits, kappa))
    assert gate.chosen == chosen
    assert (gate.tried, gate.hidden) == (40, 40)
    assert [round(40 * t.accuracy) for t in gate.trials] == list(hits)
    assert "points" in gate.why


def test_views_that_agree_get_the_benefit_of_the_doubt():
    """Two hidden labels lost and one won is no reason against them; without agreement it is."""
    assert judge(tried_with((30, 30, 29), 0.9, shift=2)).chosen == "cohort"
    assert judge(tried_with((30, 30, 29), 0.3, shift=2)).chosen == "readouts"


def test_what_is_expected_of_the_cohort_lies_between_labels_and_pool():
    """Precise labels speak alone; without precision the agreement does; both pull their way."""
    assert expected_gain(0.1, 1e-6, 0.2, 0.9)[0] == pytest.approx(0.1)
    by_pool = [expected_gain(0.1, 1e6, kappa, 0.8)[0] for kappa in (0.4, 0.6, 0.8)]
    assert by_pool[0] < 0 < by_pool[2]
    assert np.diff(by_pool) == pytest.approx(0.42 * 0.2)
    low, high = expected_gain(-0.1, 0.05, 0.5, 0.8), expected_gain(0.1, 0.05, 0.5, 0.8)
    assert low[0] < by_pool[0] + 0.042 < high[0]
    assert low[1] == high[1] < 0.05


def test_agreement_is_believed_over_an_unlucky_half_but_not_over_a_clear_loss():
    """The joint doubt is the smaller one only where labels and agreement can both be right."""
    unlucky, clear = expected_gain(-0.06, 0.055, 0.8, 0.87), expected_gain(-0.2, 0.055, 0.8, 0.87)
    assert unlucky[0] > 0 > clear[0]
    assert unlucky[1] < 0.025 < clear[1]
    assert expected_gain(-0.06, 0.055, 0.69, 0.76)[0] < unlucky[0]


def test_what_the_views_know_only_together_is_not_counted():
    """A student has one view, so a gain that both have only together is none."""
    tried = tried_with((28, 30, 34), 0.6)
    assert judge(tried).chosen == "cohort"
    assert judge(replace(tried, apart=0.05)).chosen == "cohort"  # forty rows show that by chance
    tables = tuple(np.tile(table, (25, 1)) for table in tried.probabilities)
    many = Tried(tried.names, tables, np.arange(1000), np.tile(tried.y, 25), np.ones(1000), 0.6)
    assert judge(many).chosen == "cohort"
    gate = judge(replace(many, apart=0.168))
    assert gate.chosen == "readouts"
    assert "one student can keep -2.0 points" in gate.why


def test_a_lucky_start_on_few_rows_does_not_refuse_the_cohort():
    """Twenty rows, 19 found before and 20 after: views that agree at 0.75 are believed."""
    y, row = np.arange(20) % 2, np.arange(20)
    right = [row < 19, row < 19, row < 20]
    tables = tuple(0.2 + 0.6 * np.eye(2)[np.where(hit, y, 1 - y)] for hit in right)
    few = Tried(("labels", "readouts", "cohort"), tables, row, y, np.ones(20), 0.75)
    assert judge(few).chosen == "cohort"
    many = tuple(np.tile(table, (50, 1)) for table in tables)
    rows = np.arange(1000)
    lower = (many[2], many[2], many[1])
    sure = Tried(few.names, lower, rows, np.tile(y, 50), np.ones(1000), 0.75)
    assert judge(sure).chosen == "readouts"


def test_trials_measure_what_the_better_view_lacks(monkeypatch):
    """Two views that each know one class of two are right together and half right apart."""
    material = planted(LABELLED + 400, seed=3).material(LABELLED)
    whole = try_out(material)
    assert 0 <= whole.apart < 0.2
    each = cohort.CohortResult.each

    def torn(self, *features):
        by_encoder, by_grams = each(self, *features)
        truth = cohort.product(by_encoder, by_grams)
        first = np.where(np.arange(len(truth))[:, None] % 2 == 0, truth, 1 / truth.shape[1])
        second = np.where(np.arange(len(truth))[:, None] % 2 == 1, truth, 1 / truth.shape[1])
        return first.astype(np.float32), second.astype(np.float32)

    monkeypatch.setattr(cohort.CohortResult, "each", torn)
    assert try_out(material).apart > whole.apart + 0.15


def test_where_the_views_agree_any_gain_expected_is_enough():
    """Of forty hidden labels the cohort loses three: what is expected is a fifth of its error."""
    gate = judge(tried_with((30, 35, 33), 0.77, shift=5))
    assert gate.chosen == "cohort"
    assert judge(tried_with((30, 35, 33), 0.69, shift=5)).chosen == "readouts"


def test_the_more_it_was_right_before_the_more_the_views_must_agree():
    assert judge(tried_with((20, 20, 20), 0.6)).chosen == "cohort"
    assert judge(tried_with((36, 36, 36), 0.6)).chosen == "readouts"
    assert judge(tried_with((36, 36, 36), 0.95)).chosen == "cohort"
