"""The comparison of what to ask: the simulated annotator, the cells, and the tables."""

import numpy as np
import pytest
from bench.ask_annotator import Errors, annotate
from bench.ask_learner import Given, learn

from bench import _ask_tables, ask


def test_the_annotator_errs_as_often_as_told_and_by_class():
    gold = np.random.default_rng(0).integers(0, 5, 50_000)
    given = annotate(gold, 5, Errors("class", 0.2), np.random.default_rng(1), None)
    wrong = given != gold
    rates = [wrong[gold == c].mean() for c in range(5)]
    assert 0.1 <= min(rates) < max(rates) <= 0.31
    assert given.min() >= 0
    assert given.max() <= 4
    again = annotate(gold, 5, Errors("class", 0.2), np.random.default_rng(1), None)
    assert (again == given).all()


def test_hard_errors_fall_where_a_model_is_unsure():
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 3, 5000)
    unsure = rng.dirichlet(np.full(3, 0.5), 5000).astype(np.float32)
    given = annotate(gold, 3, Errors("hard", 0.2), rng, unsure)
    wrong = given != gold
    two = np.sort(unsure, axis=1)[:, -2:]
    gap = two[:, 1] - two[:, 0]
    assert wrong.mean() == pytest.approx(0.2, abs=0.02)
    assert gap[wrong].mean() < gap[~wrong].mean() - 0.1


def test_votes_are_weighed_so_that_errors_harm_less():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 600)
    points = (np.eye(2, 30)[y] * 2 + rng.normal(size=(600, 30))).astype(np.float32)
    votes = np.where(rng.random(600) < 0.3, 1 - y, y)
    test_y = rng.integers(0, 2, 2000)
    test = (np.eye(2, 30)[test_y] * 2 + rng.normal(size=(2000, 30))).astype(np.float32)
    scores = []
    for trust in (0.7, 0.999):
        given = Given(points[:20], y[:20], points[20:], votes[20:], trust, 2)
        head = learn(given, np.random.default_rng(0))
        scores.append(((test @ head[:-1] + head[-1]).argmax(axis=1) == test_y).mean())
    assert scores[0] > scores[1]


def test_every_cell_of_a_part_is_there_once():
    keys = list(ask.keys("teacher", ["trec6"], [Errors("class", 0.2)], [0, 1]))
    assert len(keys) == len(set(keys)) == 2 * len(ask.STRATEGIES)
    doubt = set(ask.keys("doubt", ["trec6", "ag_news_noisy"], [Errors("class", 0.2)], [0]))
    assert {(key.set, key.errors) for key in doubt} == {
        ("trec6", "none"), ("ag_news_noisy", "none"), ("trec6", "class"), ("ag_news_noisy", "human")
    }  # fmt: skip


def test_the_tables():
    points = [{"budget": b, "accuracy": a} for b, a in ((0.0, 0.5), (0.1, 0.6), (1.0, 0.7))]
    base = {"set": "trec6", "errors": "class", "rate": 0.2, "seed": 0, "gold": 60, "pool": 5000}
    cells = [
        base | {"part": "teacher", "strategy": "rad", "points": points[:2]},
        base | {"part": "teacher", "strategy": "all", "points": [points[0], points[2]]},
        base | {"part": "first", "strategy": "random", "points": [{"count": 30, "accuracy": 0.4}]},
        base | {"part": "doubt", "wrong": 0.2, "fixed": 0.9,
                "suspects": {"flagged": 0.2, "precision": 0.8, "recall": 0.7},
                "check": {"kept": True},
                "accuracy": {"all": 0.8, "kept": 0.85, "corrected": 0.86, "gold": 0.9}},
    ]  # fmt: skip
    document = {"cells": cells}
    asked = _ask_tables.ask(document)
    assert "simulated annotator with 20%" in asked
    assert "| rad | 1 | .600 | - |" in asked
    assert "| everything | 1 | - | .700 |" in asked
    assert "| trec6 | 30 | .400 | - | - |" in _ask_tables.first(document)
    assert "| .200 | .200 | .800 | .700 | .900 | 1 of 1 | .800 | .850 |" in _ask_tables.doubt(
        document
    )
