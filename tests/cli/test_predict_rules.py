"""``nanonet predict`` with a class mix, foreign texts left out, and a promise for each class."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import nanonet
from _models import CLASSES, TEXTS, write_nano
from nanonet.cli import run

ONE = {"max_error": 0.1, "threshold": 0.7, "coverage": 0.5, "kept": 70, "wrong": 2}
MIX = {"business": 0.2, "sport": 0.3, "world": 0.5}
KNOTS = [[0.0, 1.0], [0.5, 0.9], [2.0, 0.1], [4.0, 0.0]]
CALIBRATION = {"kind": "temperature", "temperature": 0.5, "prior": list(MIX.values())}


@pytest.fixture
def place(tmp_path):
    block = {"level": 0.95, "labels": 90, "promises": [ONE]}
    block["classes"] = {"sport": {"labels": 40, "promises": [{**ONE, "threshold": 0.4}]}}
    scope = {"score": "max-logit", "knots": KNOTS}
    write_nano(tmp_path / "model", thresholds=block, scope=scope, calibration=CALIBRATION)
    with open(tmp_path / "new.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text"], *[[text] for text in TEXTS * 3]])
    return tmp_path


def predicted(place, capsys, *options):
    """(the rows written, the object told, the classifier)"""
    out = place / "out.csv"
    asked = ["predict", str(place / "model"), str(place / "new.csv"), "--out", str(out), "--json"]
    assert run([*asked, *options]) == 0
    facts = json.loads(capsys.readouterr().out)
    with open(out, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), facts, nanonet.load(place / "model")


def labels(rows):
    return [row["label"] or None for row in rows]


def test_foreign_rows_stay_without_a_label_and_tell_how_foreign(place, capsys):
    rows, facts, model = predicted(place, capsys, "--max-foreign", "0.8")
    texts = [row["text"] for row in rows]
    assert labels(rows) == model.predict(texts, max_foreign=0.8)
    found = [float(row["foreign"]) for row in rows]
    np.testing.assert_allclose(found, model.foreign(texts), atol=1e-6)
    assert 0 < facts["abstained"] == labels(rows).count(None) < len(rows)
    assert facts["max_foreign"] == 0.8


def test_each_class_has_its_own_threshold(place, capsys):
    rows, facts, model = predicted(place, capsys, "--max-error", "0.1", "--each-class")
    texts = [row["text"] for row in rows]
    assert labels(rows) == model.predict(texts, abstain=model.promise_each(0.1))
    assert set(labels(rows)) <= {"sport", None}
    assert [one["label"] for one in facts["promises"]] == ["sport"]


def test_a_given_mix_is_answered_for(place, capsys):
    given = {"business": 900, "sport": 50, "world": 50}
    (place / "mix.json").write_text(json.dumps(given), encoding="utf-8")
    rows, facts, model = predicted(place, capsys, "--prior", str(place / "mix.json"))
    texts = [row["text"] for row in rows]
    moved = model.with_prior(given)
    assert labels(rows) == moved.predict(texts)
    assert labels(rows) != model.predict(texts)
    sure = [float(row["confidence"]) for row in rows]
    np.testing.assert_allclose(sure, moved.predict_proba(texts).max(axis=1), atol=1e-6)
    assert facts["prior"] == given


def test_an_estimated_mix_is_the_one_of_the_table(place, capsys):
    rows, facts, model = predicted(place, capsys, "--prior", "estimate")
    found = model.estimate_prior([row["text"] for row in rows])
    assert facts["prior"] == pytest.approx(found, abs=1e-5)
    assert set(labels(rows)) <= set(CLASSES)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--each-class"], "--max-error"),
        (["--max-foreign", "1.5"], "share from 0 to 1"),
        (["--prior", "none.json"], "cannot read the class mix"),
        (["--prior", "new.csv"], "is not JSON"),
        (["--prior", "estimate", "--max-error", "0.1"], "one of the two"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(place, capsys, options, said):
    options = [str(place / one) if one == "new.csv" else one for one in options]
    asked = ["predict", str(place / "model"), str(place / "new.csv")]
    assert run([*asked, "--out", str(place / "out.csv"), *options]) == 2
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in place.iterdir()) == ["model", "new.csv"]


def test_standard_input_has_no_mix_to_estimate(place, capsys):
    assert run(["predict", str(place / "model"), "-", "--prior", "estimate"]) == 2
    assert "only once" in capsys.readouterr().err
