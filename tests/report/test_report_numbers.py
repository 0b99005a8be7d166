"""Scores, curves and forecasts from made-up answers whose truth is known."""

from itertools import pairwise

import numpy as np
import pytest

from _corpus import labelled, pool
from _planted import planted
from nanonet.artefact import ModelFacts
from nanonet.decide import error_bound
from nanonet.progress import NullProgress
from nanonet.report.forecast import Law, extrapolate, forecast, nested
from nanonet.report.scores import confused, reliability, risk_coverage, score
from nanonet.report.trial import deal, out_of_fold, recipe_of, rows_of, tempered


def _honest(n=4000, seed=0):
    """Answers of two classes that are right as often as they say."""
    rng = np.random.default_rng(seed)
    sure = rng.uniform(0.5, 1.0, n)
    said = rng.integers(0, 2, n)
    y = np.where(rng.random(n) < sure, said, 1 - said)
    proba = np.empty((n, 2), np.float32)
    proba[np.arange(n), said], proba[np.arange(n), 1 - said] = sure, 1 - sure
    return y, proba


def test_honest_answers_lie_on_the_line_and_boastful_ones_below():
    y, proba = _honest()
    right = proba.argmax(axis=1) == y
    honest = reliability(proba.max(axis=1), right)
    assert len(honest) == 10
    assert sum(one.rows for one in honest) == 4000
    assert sum(one.low <= one.confidence <= one.high for one in honest) >= 8
    boastful = reliability(np.full(4000, 0.97, np.float32), right)
    assert all(one.high < one.confidence for one in boastful)


def test_the_surest_answers_are_wrong_less_often():
    y, proba = _honest()
    points = risk_coverage(proba.max(axis=1), proba.argmax(axis=1) == y)
    assert len(points) <= 60
    assert points[-1].coverage == 1.0
    assert points[-1].error == pytest.approx(float((proba.argmax(axis=1) != y).mean()))
    half = min(points, key=lambda one: abs(one.coverage - 0.5))
    assert half.error < points[-1].error - 0.05
    assert all(one.error <= one.bound for one in points)
    assert points[-1].bound == error_bound(round(points[-1].error * 4000), 4000)


def test_equal_confidences_are_answered_together():
    points = risk_coverage(np.array([0.9, 0.6, 0.6, 0.6]), np.array([True, False, True, True]))
    assert [(one.coverage, one.error) for one in points] == [(0.25, 0.0), (1.0, 0.25)]


def test_pairs_are_counted_both_ways_and_the_commonest_first():
    counts = np.array([[5, 1, 0], [3, 6, 0], [0, 1, 9]])
    pairs = confused(counts, ["a", "b", "c"])
    assert [(p.one, p.other, p.one_as_other, p.other_as_one) for p in pairs] == [
        ("a", "b", 1, 3),
        ("b", "c", 0, 1),
    ]
    assert pairs[0].rows == 15
    y, proba = np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.1, 0.9]], np.float32)
    found = score(y, proba, ["a", "b"], "of a toy")
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.low < 2 / 3 < found.high
    assert found.to_dict()["confusion"] == [[1, 1], [0, 1]]


def test_the_law_finds_what_made_the_points():
    sizes = np.array([20.0, 40.0, 80.0, 160.0])
    law = Law(sizes, np.array([0.1 + 1.2 * sizes**-0.5, np.full(4, 0.3), 0.2 + sizes / 1000]))
    ahead = np.array([640.0])
    assert law(ahead)[0] == pytest.approx(0.1 + 1.2 * 640**-0.5)
    assert law(ahead)[1] == pytest.approx(0.3)
    assert law(ahead)[2] == pytest.approx(float((0.2 + sizes / 1000).mean()))  # never upwards


def test_a_forecast_covers_what_comes_and_says_so_in_points():
    rng = np.random.default_rng(0)
    sizes = np.array([24.0, 36.0, 54.0, 80.0])
    truth = lambda n: 0.9 - 1.0 * np.asarray(n) ** -0.6  # noqa: E731
    inside = 0
    for _ in range(20):
        ease = rng.random(100)
        hits = (ease[None, :] < truth(sizes)[:, None]).astype(float)
        found = extrapolate(sizes, hits, 100, rng)
        gain = found.gains[0]
        inside += gain.low <= truth(200) - truth(100) + 0.01 and gain.high >= 0.0
        assert gain.low <= gain.gain <= gain.high + 1e-9
    assert inside >= 14
    assert str(gain).startswith(f"{gain.more} more labels: about +")


def test_too_few_labels_forecast_nothing():
    material = planted(60).material(12)
    facts = ModelFacts(("a", "b", "c"), "nano", "1")
    rng = np.random.default_rng(0)
    found = forecast(material, recipe_of(facts, material), rng, NullProgress())
    assert (found.gains, found.points) == ((), ())
    assert found.told == "12 labels are too few to say what more would bring; label 20"


def test_parts_are_nested_and_keep_two_of_each_class():
    y = np.repeat([0, 1, 2], [30, 10, 3])
    parts = nested(y, np.random.default_rng(0).permutation(43), (0.3, 0.5, 1.0))
    assert [len(part) for part in parts][-1] == 43
    for small, large in pairwise(parts):
        assert set(small) <= set(large)
    assert np.bincount(y[parts[0]]).min() == 2


def test_every_row_is_answered_by_a_model_without_it():
    made = planted(200, noise=0.2)
    wrong = made.y.copy()
    wrong[:4] = (wrong[:4] + 1) % 3  # planted errors: only a model without them sees them
    material = made.material(60, wrong)
    facts = ModelFacts(("a", "b", "c"), "nano", "1", gate={"chosen": "readouts"})
    recipe = recipe_of(facts, material)
    assert (recipe.name, recipe.exact) == ("readouts", True)
    trial = out_of_fold(material, recipe, np.random.default_rng(0), NullProgress())
    said = trial.proba.argmax(axis=1)
    assert (said[:4] == made.y[:4]).mean() >= 0.75
    assert (said[4:] == made.y[4:60]).mean() > 0.9
    assert trial.folds == 5


@pytest.mark.parametrize(
    ("chosen", "labelled", "name", "exact"),
    [("cohort", 30, "cohort", True), ("blend", 30, "cohort", False), ("labels", 4, "regression",
     False), ("", 30, "cohort", False)],
)  # fmt: skip
def test_the_recipe_is_the_one_kept_where_it_can_be_run(chosen, labelled, name, exact):
    material = planted(120).material(labelled)
    found = recipe_of(ModelFacts(("a", "b", "c"), "nano", "1", gate={"chosen": chosen}), material)
    assert (found.name, found.exact) == (name, exact)
    assert found.told


def test_folds_and_rows():
    fold = deal(np.repeat([0, 1], [9, 2]), 5, np.random.default_rng(0))
    assert len(set(fold[9:])) == 2
    assert np.bincount(fold).max() <= 3
    assert rows_of(["a", "b", "a", "c"], [], ["c", "a"]) == [3, 0]


def test_confidence_is_brought_down_to_what_the_other_folds_say():
    y, honest = _honest(500)
    boast = np.where(honest > 0.5, 0.999, 0.001).astype(np.float32)
    calmed = tempered(boast, y, np.arange(500) % 5)
    accuracy = float((honest.argmax(axis=1) == y).mean())
    assert calmed.max(axis=1).mean() == pytest.approx(accuracy, abs=0.02)
    assert (calmed.argmax(axis=1) == boast.argmax(axis=1)).all()


def test_large_tables_are_drawn_from_and_it_is_said(model, monkeypatch):
    from nanonet.data import Labelled, Pool, Test
    from nanonet.report import given

    monkeypatch.setattr(given, "MOST_LABELS", 12)
    monkeypatch.setattr(given, "MOST_GUARDED", 30)
    tables = given.Tables(
        Labelled(*map(tuple, labelled())), Pool(tuple(pool(80))), Test((), ()), None
    )
    found = given.open_given(model, tables, np.random.default_rng(0))
    assert len(found.labelled.texts) == len(set(found.labelled.texts)) == 12
    assert set(zip(found.labelled.texts, found.labelled.labels, strict=True)) <= set(
        zip(*labelled(), strict=True)
    )
    assert len(found.sample) <= 30
    assert found.notes == (
        "of 80 pool texts, 30 drawn by chance were looked at closely",
        "of 40 labelled texts, 12 drawn by chance were looked at closely",
    )
