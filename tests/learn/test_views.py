"""What is learned on a view can be folded back to what a student runs."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.learn._softmax import linear_logits
from nanonet.learn.material import LinearHead, Material
from nanonet.learn.readouts import ReadoutChoice
from nanonet.learn.views import WIDTH, encoder_view, gram_view, unit
from nanonet.text import Grams, GramSpec, featurise

DIM = 150


def readouts(n, seed=0):
    rng = np.random.default_rng(seed)
    return [
        (rng.normal(size=(n, DIM)) * rng.uniform(0.5, 4, (n, 1)) + 0.3).astype(np.float32)
        for _ in range(4)
    ]


@pytest.mark.parametrize(("n", "rotated"), [(700, True), (100, False)])
def test_a_head_on_the_view_is_a_head_on_the_readouts(n, rotated):
    raw = readouts(n)
    view = encoder_view(ReadoutChoice((3, 0, 2), (0.6, 0.3, 0.1)), lambda i: raw[i], n)
    assert view.features.shape == (n, WIDTH if rotated else 3 * DIM)
    rng = np.random.default_rng(1)
    coefficients = rng.normal(size=(view.features.shape[1] + 1, 5)).astype(np.float32)
    weight, bias = view.head(coefficients)
    plain = np.concatenate([unit(raw[i]) for i in (3, 0, 2)], axis=1) @ weight + bias
    assert np.abs(plain - linear_logits(view.features, coefficients)).max() < 1e-4


def test_the_rotation_keeps_what_there_is():
    """Readouts of rank ten lose nothing in 256 columns; inner products are those of the blocks."""
    rng = np.random.default_rng(0)
    low = [(rng.normal(size=(600, 10)) @ rng.normal(size=(10, DIM))).astype(np.float32)] * 3
    view = encoder_view(ReadoutChoice((0, 1, 2), (0.5, 0.25, 0.25)), lambda i: low[i], 600)
    assert view.features.shape[1] == WIDTH
    rows = unit(low[0])
    wanted = rows - rows.mean(axis=0)
    assert np.abs(view.features @ view.features.T - wanted @ wanted.T).max() < 1e-4
    part = view.rows(np.array([5, 2]))
    assert (part.features == view.features[[5, 2]]).all()


@pytest.mark.parametrize("readout", [2, 1], ids=["of the view", "beside it"])
def test_a_direction_of_one_readout_stays_a_linear_head(readout):
    raw = readouts(700)
    view = encoder_view(ReadoutChoice((3, 0, 2), (0.6, 0.3, 0.1)), lambda i: raw[i], 700)
    rng = np.random.default_rng(1)
    axis = rng.normal(size=DIM + 1).astype(np.float32)
    scores = unit(raw[readout]) @ axis[:-1] + axis[-1]
    more = view.stretched(axis, readout, scores, 0.6)
    coefficients = rng.normal(size=(WIDTH + 2, 5)).astype(np.float32)
    weight, bias = more.head(coefficients)
    plain = np.concatenate([unit(raw[i]) for i in more.choice.index], axis=1) @ weight + bias
    assert np.abs(plain - linear_logits(more.features, coefficients)).max() < 1e-3
    assert (more.features[:, :-1] == view.features).all()


def test_unit_rows_have_length_one_and_zero_rows_stay_zero():
    rows = unit(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32))
    assert rows == pytest.approx(np.array([[0.6, 0.8], [0.0, 0.0]]))


def test_heads_add_up_and_shift():
    raw, rng = readouts(30), np.random.default_rng(2)
    grams = gram_view(featurise(["a b"] * 30, GramSpec()))
    material = Material(np.zeros(0, int), 3, 30, lambda i, rows: raw[i][rows], 4, 0, grams)
    rows = np.array([4, 0, 29])

    def head(*index):
        weight = rng.normal(size=(len(index) * DIM, 3)).astype(np.float32)
        return LinearHead(index, weight, rng.normal(size=3).astype(np.float32))

    a, b = head(2, 0), head(0, 3)
    both = a.plus(b)
    assert both.readouts == (2, 0, 3)
    apart = a.logits(material, rows) + b.logits(material, rows)
    assert both.logits(material, rows) == pytest.approx(apart, abs=1e-5)
    by = np.array([1.0, -2.0, 0.5], np.float32)
    moved = a.shifted(by).logits(material, rows) - a.logits(material, rows)
    assert moved == pytest.approx(np.tile(by, (3, 1)), abs=1e-5)


def test_the_weighting_of_n_grams_by_hand():
    # Text 0: 7 7 9; text 1: 7 5; text 2: 9 9 9 4. Only 7 and 9 stand in two texts.
    grams = Grams(np.array([0, 3, 5, 9]), np.array([7, 7, 9, 7, 5, 9, 9, 9, 4], np.uint32))
    view = gram_view(grams)
    assert view.keys.tolist() == [7, 9]
    idf = np.log(3 / 2) + 1
    assert view.idf == pytest.approx([idf, idf])
    wanted = np.array([[2, 1], [1, 0], [0, 3]]) * idf / (8 * np.sqrt([[3], [2], [4]]))
    assert view.features.toarray() == pytest.approx(wanted, abs=1e-6)
    # The student's table: scores of an n-gram, added up and divided by the root of the count.
    table = view.table(np.array([[1.0, -1.0], [0.5, 0.0]], np.float32))
    assert table == pytest.approx(np.array([[idf / 8, -idf / 8], [idf / 16, 0.0]]))


def test_where_no_n_gram_is_met_twice_all_are_kept():
    words = GramSpec(word_ngrams=1, boundaries=False)
    view = gram_view(featurise(["one two", "three four"], words))
    assert len(view.keys) == 4
    assert view.idf == pytest.approx([np.log(2) + 1] * 4)


def test_rows_of_a_gram_view():
    view = gram_view(featurise(["a b", "a c", "b a"], GramSpec()))
    part = view.rows(np.array([2, 2, 0]))
    assert (part.features.toarray() == view.features.toarray()[[2, 2, 0]]).all()
    assert part.keys is view.keys
