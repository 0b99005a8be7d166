"""The nano student: what is learned, what the runtime computes, what it was not shown."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from nanonet.learn import gram_view
from nanonet.runtime import NanoScorer, NanoWeights
from nanonet.students import fit_nano, fit_size, learn_scores, quantise_rows
from nanonet.students.quantise import MULTIPLIERS
from nanonet.text import GramSpec, featurise

CORPUS = Path(__file__).resolve().parents[2] / "examples" / "corpus"
SPEC = GramSpec()
ABOUT = ("print", "book", "card", "open")
LABELLED = 20


@pytest.fixture(scope="module")
def texts():
    with open(CORPUS / "pool.csv", encoding="utf-8", newline="") as stream:
        return [row["text"] for row in csv.DictReader(stream)][:320]


@pytest.fixture(scope="module")
def truth(texts):
    """A class by the first of four words that stands in the text; the last for all others."""
    found = [[word in text.lower() for word in ABOUT] for text in texts]
    return np.array([row.index(True) if any(row) else len(ABOUT) - 1 for row in found])


@pytest.fixture(scope="module")
def view(texts):
    return gram_view(featurise(texts, SPEC))


def scorer_of(table):
    weights = NanoWeights(table.keys, table.rows, table.scales, table.unit, table.bias)
    return NanoScorer(weights, SPEC)


def soft(truth):
    return (0.85 * np.eye(4) + 0.0375)[truth[LABELLED:]].astype(np.float32)


def learn(view, truth, labels=None, seed=0):
    labels = soft(truth) if labels is None else labels
    return fit_nano(view, truth[:LABELLED], labels, 4.0, np.random.default_rng(seed))


def test_the_runtime_computes_what_was_learned_up_to_rounding(texts, view):
    rng = np.random.default_rng(0)
    learned = rng.normal(size=(len(view.keys), 5)).astype(np.float32)
    bias = rng.normal(size=5).astype(np.float32)
    wanted = view.features @ learned + bias
    wanted -= wanted.mean(axis=1, keepdims=True)
    small = quantise_rows(view.keys, view.table(learned), bias, view.idf, 4.0)
    scorer = scorer_of(small)
    got = scorer.logits(texts)
    got -= got.mean(axis=1, keepdims=True)
    grams = featurise(texts, SPEC)
    step, steps = np.zeros(len(texts)), MULTIPLIERS[small.scales] * small.unit
    for i in range(len(texts)):
        ids = grams.ids[grams.indptr[i] : grams.indptr[i + 1]]
        known = np.isin(small.keys, ids)
        met = np.array([(ids == key).sum() for key in small.keys[known]])
        step[i] = 0.5 * (steps[known] * met).sum() / np.sqrt(len(ids))
    # Centring the answers can double the distance; 1e-4 is for float32.
    assert (np.abs(got - wanted) <= 2 * step[:, None] + 1e-4).all()
    assert np.abs(got - wanted).mean() < 0.02 * np.abs(wanted).mean()


def test_it_learns_what_it_is_taught(texts, view, truth):
    table = learn(view, truth).table
    scorer = scorer_of(table)
    assert (scorer.logits(texts).argmax(axis=1) == truth).mean() > 0.95


def test_a_table_that_must_be_cut_is_learned_again_for_the_rows_that_stay(view, truth):
    y, labels = truth[:LABELLED], soft(truth)
    scores = learn_scores(view, y, labels)
    tight = 0.0615
    plain, again = scores.rounded(tight), fit_size(view, y, labels, scores, tight)
    assert plain.bits == again.bits == 4
    assert set(again.keys.tolist()) <= set(plain.keys.tolist())
    assert len(again.keys) < 0.5 * len(view.keys)

    def loss(table):
        features, kept = view.features[LABELLED:], np.flatnonzero(np.isin(view.keys, table.keys))
        rows = table.rows * (MULTIPLIERS[table.scales] * table.unit)[:, None]
        logits = features[:, kept] @ (rows * (8 / view.idf[kept])[:, None]) + table.bias
        shifted = logits - logits.max(axis=1, keepdims=True)
        return -(labels * (shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))).sum(1).mean()

    assert loss(again) < loss(plain)


def test_a_table_that_fits_is_not_learned_again(view, truth):
    scores = learn_scores(view, truth[:LABELLED], soft(truth))
    whole = fit_size(view, truth[:LABELLED], soft(truth), scores, 4.0)
    assert whole.bits == 8
    assert np.array_equal(whole.rows, scores.rounded(4.0).rows)


def test_held_out_logits_are_of_pool_rows_in_order_and_better_than_a_guess(view, truth):
    nano = learn(view, truth)
    assert nano.logits.shape == (len(truth) - LABELLED, 4)
    rows, wanted = np.arange(len(nano.logits)), truth[LABELLED:]
    scores = nano.logits - nano.logits.mean(axis=0)  # most texts are of one class
    others = [scores[rows, np.roll(wanted, shift)].mean() for shift in range(1, 60)]
    assert scores[rows, wanted].mean() > max(others) + 4 * np.std(others)
    assert (nano.logits.argmax(axis=1) == wanted).mean() < 0.95


def test_held_out_logits_come_from_students_that_did_not_see_the_row(view, truth):
    plain = learn(view, truth).logits
    for row in (0, 11, 250):
        labels = soft(truth)
        labels[row] = np.roll(labels[row], 1)
        after = learn(view, truth, labels).logits
        assert (after[row] == plain[row]).all()
        changed = (after != plain).any(axis=1)
        assert changed.mean() > 0.3  # the students of the other folds did see it
        assert not changed[row]


def test_the_same_seed_gives_the_same_bits(view, truth):
    one, two = learn(view, truth), learn(view, truth)
    assert one.logits.tobytes() == two.logits.tobytes()
    for name, array in one.table.weights().items():
        assert array.tobytes() == two.table.weights()[name].tobytes()
    assert learn(view, truth, seed=1).logits.tobytes() != one.logits.tobytes()


def test_it_learns_from_labels_alone_and_from_a_pool_alone(texts, truth):
    few = gram_view(featurise(texts[:LABELLED], SPEC))
    alone = fit_nano(few, truth[:LABELLED], soft(truth)[:0], 4.0, np.random.default_rng(0))
    assert alone.logits.shape == (0, 4)
    assert len(alone.table.keys) > 0
    pool = gram_view(featurise(texts[LABELLED:], SPEC))
    taught = fit_nano(pool, truth[:0], soft(truth), 4.0, np.random.default_rng(0))
    assert taught.logits.shape == (len(texts) - LABELLED, 4)
    assert (taught.logits.argmax(1) == truth[LABELLED:]).mean() > 0.6
