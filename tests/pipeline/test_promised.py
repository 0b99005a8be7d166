"""From the gate's hidden labels to the promises in the model folder."""

from __future__ import annotations

import numpy as np

from nanonet.learn import Tried
from nanonet.pipeline.promised import answers_of, hidden_answers, promise_all, promise_fact


def proba(sure, column):
    """Rows of two classes."""
    table = np.stack([sure, 1.0 - sure], axis=1)
    table[column == 1] = table[column == 1][:, ::-1]
    return table.astype(np.float32)


def world(n, rng):
    """n answers of which the sure ones are right."""
    y = rng.integers(0, 2, n)
    sure = 0.55 + 0.44 * rng.random(n)
    column = np.where((sure < 0.7) & (rng.random(n) < 0.5), 1 - y, y)
    return proba(sure, column), y


def test_a_label_counts_once_and_the_mix_is_the_pools():
    rng = np.random.default_rng(0)
    table, y = world(400, rng)
    row = np.concatenate([np.arange(200), np.arange(200)])  # every label hidden twice
    y = np.concatenate([y[:200], y[:200]])
    weight = np.where(y == 0, 1.8, 0.2).astype(np.float32)
    tried = Tried(("labels",), (table,), row, y, weight, 0.0)
    found, right = hidden_answers(tried, "labels", seed=1)
    zeros = (y[:200] == 0).sum()
    assert zeros <= len(right) <= zeros + 40  # all of class 0, about a ninth of class 1
    assert (found.sure <= table[:200].max()).all()
    again = hidden_answers(tried, "labels", seed=1)
    assert (again[1] == right).all()


def test_the_surest_share_is_carried_over_by_rank():
    rng = np.random.default_rng(1)
    table, y = world(500, rng)
    hidden = answers_of(table)
    teacher, _ = world(3000, rng)
    cold = np.asarray(0.5 + (teacher - 0.5) / 4, np.float32)  # the same ranks, far less sure
    facts = promise_all(hidden, hidden.column == y, answers_of(cold), teacher)
    assert facts["labels"] == 500
    assert facts["promises"], "nearly all sure answers are right"
    for one in facts["promises"]:
        student = answers_of(cold)
        kept = student.sure >= one["threshold"]
        assert kept.mean() == one["coverage"]
        assert abs(one["coverage"] - one["kept"] / 500) < 0.01
        assert one["wrong"] <= one["max_error"] * one["kept"]
    assert [one["coverage"] for one in facts["promises"]] == sorted(
        one["coverage"] for one in facts["promises"]
    )
    assert set(facts["classes"]) <= {0, 1}


def test_a_student_that_is_worse_than_its_teacher_may_promise_less():
    rng = np.random.default_rng(2)
    table, y = world(500, rng)
    hidden, teacher = answers_of(table), world(3000, rng)[0]
    wrong = teacher.copy()
    flip = rng.random(3000) < 0.2
    wrong[flip] = wrong[flip][:, ::-1]
    good = promise_all(hidden, hidden.column == y, answers_of(teacher), teacher)
    bad = promise_all(hidden, hidden.column == y, answers_of(wrong), teacher)
    assert min(p["max_error"] for p in good["promises"]) < 0.1
    assert min((p["max_error"] for p in bad["promises"]), default=1.0) > 0.1


def test_the_report_says_what_can_be_promised():
    one = {"max_error": 0.05, "threshold": 0.9, "coverage": 0.42, "kept": 70, "wrong": 0}
    fact = promise_fact({"level": 0.95, "labels": 90, "promises": [one]})
    assert fact["value"] == "at most 0.05 wrong on 42% of the texts"
    assert fact["why"] == "predict --max-error, by 90 hidden labels"
    few = promise_fact({"level": 0.95, "labels": 8, "promises": []})
    assert few["value"].startswith("nothing: it takes 9 hidden labels")
    assert promise_fact({}) is None


def test_without_a_pool_there_is_no_threshold():
    table, y = world(500, np.random.default_rng(3))
    hidden = answers_of(table)
    small = world(100, np.random.default_rng(4))[0]
    assert promise_all(hidden, hidden.column == y, answers_of(small), small)["promises"] == []
