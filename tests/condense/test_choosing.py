"""Who is chosen: so many of each class, each once, and better than by chance."""

import numpy as np
import pytest

from _condensed import made_up
from nanonet.condense import METHODS, accuracy, retrain_kept
from nanonet.condense.greedy import choose_greedily
from nanonet.condense.span import Span, fit_span
from nanonet.progress import NullProgress

SEEN = made_up()
TEST = made_up(1, 2000)
QUOTA = np.array([3, 2, 2])


@pytest.mark.parametrize("name", METHODS)
def test_every_method_keeps_its_quota_of_rows_once_and_again(name):
    first, again = (
        METHODS[name].condense(SEEN, QUOTA, np.random.default_rng(1), NullProgress())
        for _ in range(2)
    )
    assert np.bincount(SEEN.y[first.rows]).tolist() == QUOTA.tolist()
    assert len(set(first.rows.tolist())) == len(first.rows)
    assert first.labels.shape == (len(first.rows), SEEN.classes)
    assert np.allclose(first.labels.sum(axis=1), 1.0, atol=1e-5)
    for one, other in zip(vars(first).values(), vars(again).values(), strict=True):
        assert np.array_equal(one, other)


def scores(name, draws=5):
    found = []
    for seed in range(draws):
        kept = METHODS[name].condense(SEEN, QUOTA, np.random.default_rng(seed), NullProgress())
        found.append(accuracy(retrain_kept(SEEN, kept), TEST))
    return np.mean(found)


def test_the_default_beats_its_controls_and_comes_near_the_whole_table():
    best = scores("soft-real", 1)
    assert best > max(scores("random"), scores("random-soft"), scores("k-centre", 1)) + 0.02
    assert best > scores("random-learned")
    assert best > 0.9 * accuracy(SEEN.full, TEST)


def test_learned_labels_are_worth_more_than_the_same_texts_with_their_own():
    assert scores("random-learned") > scores("random") + 0.02


def test_exchanging_never_raises_the_loss(monkeypatch):
    def loss(rows):
        return fit_span(SEEN, Span.of(SEEN, rows), iterations=200).loss

    exchanged = choose_greedily(SEEN, QUOTA)
    monkeypatch.setattr("nanonet.condense.greedy.EXCHANGE_MOST", 0)
    assert loss(exchanged) <= loss(choose_greedily(SEEN, QUOTA)) + 1e-4


def test_turning_the_table_is_projecting_it():
    rows = choose_greedily(SEEN, QUOTA)
    whole = Span.of(SEEN, rows)
    direct, turned = Span.of(SEEN, rows[1:]), whole.without(SEEN, rows[1:])
    for one in (direct, turned):
        assert np.allclose(one.inside, SEEN.features @ one.basis, atol=1e-4)
    assert np.allclose(direct.basis @ direct.basis.T, turned.basis @ turned.basis.T, atol=1e-4)
    grown = turned.with_rows(SEEN, rows[:1])
    assert np.allclose(grown.basis @ grown.basis.T, whole.basis @ whole.basis.T, atol=1e-4)


def test_more_rows_than_dimensions_are_no_trouble():
    kept = METHODS["soft-real"].condense(
        SEEN, np.array([12, 12, 12]), np.random.default_rng(0), NullProgress()
    )
    assert len(set(kept.rows.tolist())) == 36
    assert accuracy(retrain_kept(SEEN, kept), TEST) > accuracy(SEEN.full, TEST) - 0.02
