"""The two views teach one another, and no row is labelled by a model that saw it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from _planted import planted
from nanonet.learn._softmax import fit_softmax, linear_logits, one_hot, softmax
from nanonet.learn.cohort import CohortSettings, agreement, product, row_weights, run_cohort, surest
from nanonet.learn.graph import neighbours
from nanonet.learn.views import unit

LABELLED, POOL = 12, 600
BARE = CohortSettings(rounds=1, share=(1.0, 1.0), sweeps=0)


def start_of(data):
    """What the labels alone say of the pool: soft labels [POOL, 3]."""
    views = data.views(LABELLED)
    own = views.encoder.features[:LABELLED]
    found = fit_softmax(own, one_hot(views.y, 3), c=10.0)
    return softmax(linear_logits(views.encoder.features[LABELLED:], found))


def teach(data, start, settings=None, prior=None):
    near = neighbours(unit(data.dense[LABELLED:]))
    views = data.views(LABELLED)
    return run_cohort(views, start, near, prior, np.random.default_rng(5), settings)


@pytest.fixture(scope="module")
def data():
    return planted(LABELLED + POOL)


@pytest.fixture(scope="module")
def start(data):
    return start_of(data)


def right(labels, data):
    return float((labels.argmax(axis=1) == data.y[LABELLED:]).mean())


def test_the_cohort_improves_on_its_start(data, start):
    result = teach(data, start)
    before, after = right(start, data), right(result.labels, data)
    assert before < 0.8
    assert after > before + 0.12
    assert len(result.rounds) == CohortSettings().rounds
    assert result.rounds[-1].agreement > result.rounds[0].agreement
    assert result.rounds[-1].used == 1.0
    assert result.rounds[0].used == pytest.approx(0.5, abs=0.02)


def test_both_learners_answer_for_texts_never_seen(data, start):
    result = teach(data, start)
    fresh = data.views(LABELLED)
    at = np.arange(LABELLED, LABELLED + POOL)
    table = product(*result.each(fresh.encoder.features[at], fresh.grams.features[at]))
    assert table.sum(axis=1) == pytest.approx(np.ones(POOL), abs=1e-5)
    assert right(table, data) > 0.9
    assert right(linear_logits(fresh.encoder.features[at], result.encoder), data) > 0.8
    assert right(fresh.grams.features[at] @ result.grams, data) > 0.8


def test_the_same_seed_gives_the_same_bits(data, start):
    one, two = teach(data, start), teach(data, start)
    for name in ("labels", "encoder", "grams"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
    other = run_cohort(
        data.views(LABELLED), start, neighbours(unit(data.dense[LABELLED:])), None,
        np.random.default_rng(6),
    )  # fmt: skip
    assert other.labels.tobytes() != one.labels.tobytes()


def test_a_rows_own_start_never_comes_back_to_it_within_a_round(data, start):
    """Cross-fitting: the models that label a row were trained on the other half alone."""
    plain = teach(data, start, BARE).labels
    for row in (0, 7, 300, POOL - 1):
        noisy = start.copy()
        noisy[row] = np.roll(start[row], 1)
        after = teach(data, noisy, BARE).labels
        assert (after[row] == plain[row]).all()
        changed = (after != plain).any(axis=1)
        assert 0.3 * POOL < changed.sum() <= 0.5 * POOL  # the other half learned from it


def test_labelled_rows_teach_every_half(data, start):
    """The wrong label of one labelled row reaches pool rows of both halves."""
    views = data.views(LABELLED)
    y = views.y.copy()
    y[0] = 1
    near = neighbours(unit(data.dense[LABELLED:]))
    rng = np.random.default_rng(5)
    after = run_cohort(replace(views, y=y), start, near, None, rng, BARE).labels
    assert ((after != teach(data, start, BARE).labels).any(axis=1)).mean() > 0.9


def test_the_labels_are_moved_to_the_prior(data, start):
    prior = np.array([0.6, 0.2, 0.2], np.float32)
    settings = CohortSettings(rounds=2, sweeps=0)
    moved = teach(data, start, settings, prior).labels
    assert moved.mean(axis=0) == pytest.approx(prior, abs=0.02)
    assert abs(teach(data, start, settings).labels.mean(axis=0)[0] - 0.6) > 0.1


def test_agreement_is_that_beyond_chance():
    a = one_hot(np.array([0, 0, 0, 1]), 2)
    b = one_hot(np.array([0, 0, 1, 1]), 2)
    # Alike in 3 of 4; by chance in 3/4 * 1/2 + 1/4 * 1/2 = 1/2.
    assert agreement(a, b) == pytest.approx((0.75 - 0.5) / 0.5)
    assert agreement(a, a) == pytest.approx(1.0)
    assert agreement(a[:3], a[:3]) == 1.0
    assert agreement(a[:3], b[1:]) == pytest.approx(0.0)


def test_the_surest_of_each_class():
    labels = np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.7, 0.3], [0.45, 0.55]], np.float32)
    assert surest(labels, 0.5).tolist() == [True, False, True, False, True]
    assert surest(labels, 0.01).tolist() == [True, False, False, False, True]
    assert surest(labels, 1.0).all()


def test_the_product_of_two_opinions():
    a, b = np.array([[0.6, 0.4]], np.float32), np.array([[0.9, 0.1]], np.float32)
    assert product(a, b) == pytest.approx(np.array([[0.54, 0.04]]) / 0.58, abs=1e-4)
    squared = np.array([[0.54**2, 0.04**2]])
    assert product(a, b, 2.0) == pytest.approx(squared / squared.sum(), abs=1e-4)


def test_the_labelled_rows_share_a_tenth_of_the_weight_but_count_one_at_least():
    assert row_weights(4, 400, 0.1).tolist() == [10.0] * 4 + [1.0] * 400
    assert row_weights(50, 100, 0.1).tolist() == [1.0] * 150
    assert row_weights(0, 3, 0.1).tolist() == [1.0] * 3
