"""From texts to students with the bundled encoder: what comes out, and that it comes out again."""

from __future__ import annotations

import json

import numpy as np
import pytest

import nanonet
from _corpus import CORPUS, labelled, pool, test_rows
from _counter import Counter
from nanonet.data import read_classes

KINDS = ("nano", "micro")


def accuracy(model, rows):
    texts, labels = rows
    return float(np.mean([a == b for a, b in zip(model.predict(texts), labels, strict=True)]))


def folder_bytes(path):
    return {file.name: file.read_bytes() for file in path.iterdir()}


@pytest.fixture(scope="module")
def saved(fitted, tmp_path_factory):
    home = tmp_path_factory.mktemp("saved")
    return {kind: fitted[kind].save(home / kind) for kind in KINDS}


def test_both_students_have_learned(fitted):
    rows = test_rows()
    for model in fitted.values():
        assert model.classes_ == sorted(set(labelled()[1]))
        assert accuracy(model.micro, rows) > 0.6
        assert accuracy(model.nano, rows) > 0.35  # eight classes, so chance is an eighth
    assert fitted["nano"].predict(rows[0][:5]) == fitted["nano"].nano.predict(rows[0][:5])
    assert fitted["micro"].predict(rows[0][:5]) == fitted["micro"].micro.predict(rows[0][:5])


def test_the_asked_for_kind_alone_differs_between_the_two_fits(fitted):
    texts = test_rows()[0][:40]
    one, two = fitted["nano"], fitted["micro"]
    assert (one.nano.decision_logits(texts) == two.nano.decision_logits(texts)).all()
    assert (one.micro.decision_logits(texts) == two.micro.decision_logits(texts)).all()
    assert [one.report.student["kind"], two.report.student["kind"]] == ["nano", "micro"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_loaded_model_answers_exactly_as_the_fitted_one(fitted, saved, kind):
    texts = [*test_rows()[0], "a", "zzz 🙂", "x " * 3000]
    loaded = nanonet.load(saved[kind])
    assert loaded.classes_ == fitted[kind].classes_
    assert (loaded.predict_proba(texts) == fitted[kind].predict_proba(texts)).all()
    assert loaded.predict(texts) == fitted[kind].predict(texts)
    told = fitted[kind].report.to_dict()
    del told["times"]  # a clock never says the same twice
    assert loaded.info["provenance"] == json.loads(json.dumps(told))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes_of_every_file(fit, saved, tmp_path, kind):
    texts, labels = labelled()
    again = fit(texts, labels, pool=pool(), student=kind, seed=3).save(tmp_path / "again")
    one, two = folder_bytes(saved[kind]), folder_bytes(again)
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name]] == []
    assert {"model.json", "weights.safetensors", "README.md"} <= set(one)
    assert ("encoder.onnx" in one) == (kind == "micro")


def test_sizes_are_as_promised(fitted, saved):
    size = {kind: sum(map(len, folder_bytes(saved[kind]).values())) / 1e6 for kind in KINDS}
    assert size["nano"] < 4.0
    assert 20 < size["micro"] < 26
    for kind in KINDS:
        assert fitted[kind].report.student["megabytes"] == pytest.approx(size[kind], abs=0.6)


def test_facts_in_the_report(fitted):
    report = fitted["nano"].report
    texts, labels = labelled()
    assert report.labelled["rows"] == len(texts)
    assert report.labelled["per_class"] == {name: labels.count(name) for name in set(labels)}
    dropped = sum(v for k, v in report.guard.items() if k.startswith("pool_"))
    assert report.pool["rows"] == 250 - dropped > 240
    assert report.encoder["name"] == "all-MiniLM-L6-v2"
    assert report.gate["chosen"] in ("labels", "readouts", "cohort")
    assert [t["name"] for t in report.gate["trials"]] == ["labels", "readouts", "cohort"]
    assert all(0.2 < t["accuracy"] <= 1.0 for t in report.gate["trials"])
    low, middle, high = (report.expected[key] for key in ("low", "accuracy", "high"))
    assert 0 <= low <= middle <= high <= 1
    assert sum(report.derived["class mix"]["shares"].values()) == pytest.approx(1, abs=0.01)
    assert report.seed == 3
    assert report.versions["nanonet"] == nanonet.__version__
    assert any("--classes" in line for line in report.advice)


def test_the_test_accuracy_lies_in_the_expected_interval(fitted):
    expected = fitted["micro"].report.expected
    assert expected["low"] <= accuracy(fitted["micro"], test_rows()) <= expected["high"]


def test_the_report_tells_no_place_and_no_time(fitted, encoder_cache):
    text = json.dumps(fitted["micro"].report.to_dict())
    assert str(encoder_cache) not in text
    assert str(CORPUS) not in text
    assert not any(word in text for word in ("seconds", "elapsed", "date", "duration"))


def test_the_summary_is_a_page_of_text(fitted):
    lines = fitted["nano"].report.summary().splitlines()
    assert 8 < len(lines) < 40
    assert any(line.startswith("gate ") for line in lines)
    assert any(line.startswith("student        nano, ") for line in lines)


def test_confidence_is_that_expected_on_texts_like_the_pool(fitted):
    report = fitted["micro"].report
    sure = fitted["micro"].predict_proba(test_rows()[0]).max(axis=1).mean()
    assert sure == pytest.approx(report.expected["accuracy"], abs=0.08)


def test_auto_says_why_and_every_bar_that_starts_also_ends(fit):
    bar = Counter()
    texts, labels = labelled()
    model = fit(texts, labels, pool=pool(), student="auto", progress=bar)
    facts = model.report.student
    tolerated = facts["nano_loss"] <= 0.01
    assert facts["kind"] == ("nano" if tolerated else "ensemble")
    assert "point" in facts["why"]
    assert len(bar.totals) >= 3
    assert bar.finished >= len(bar.totals)


def test_auto_is_micro_where_there_is_no_room_for_both(fit):
    texts, labels = labelled()
    both, micro = (
        fit(texts, labels, pool=pool(), student=kind).report.measured["megabytes"]
        for kind in ("ensemble", "micro")
    )
    assert both > micro
    model = fit(texts, labels, pool=pool(), student="auto", max_mb=(both + micro) / 2)
    assert model.report.student["kind"] == "micro"
    assert fit(texts, labels, student="auto").report.student["kind"] == "micro"  # no pool


def test_an_ensemble_is_no_worse_than_micro_on_the_corpus(fit):
    texts, labels = labelled()
    model = fit(texts, labels, pool=pool(), student="ensemble")
    found = accuracy(model, test_rows())
    assert found >= accuracy(model.micro, test_rows()) - 0.01
    assert found > accuracy(model.nano, test_rows())


def test_names_alone(fit):
    specs = read_classes(CORPUS / "classes.toml")
    model = fit(pool=pool(), classes=specs)
    assert model.classes_ == [spec.name for spec in specs]
    assert model.report.labelled["rows"] == 0
    assert model.report.gate["trials"] == ()
    assert (model.report.expected["low"], model.report.expected["high"]) == (0.0, 1.0)
    assert "unknown" in model.report.summary()
    assert accuracy(model.micro, test_rows()) > 0.5
    assert accuracy(model.nano, test_rows()) > 0.3


def test_names_help_a_few_labels(fit):
    specs = read_classes(CORPUS / "classes.toml")
    texts, labels = labelled()
    few = [labels.index(spec.name) for spec in specs]
    texts, labels = [texts[i] for i in few], [labels[i] for i in few]
    alone = fit(texts, labels, pool=pool())
    named = fit(texts, labels, pool=pool(), classes=specs)
    assert named.report.derived["names"]["value"] != "weight 0"
    assert accuracy(named.micro, test_rows()) > accuracy(alone.micro, test_rows()) + 0.05


def test_without_a_pool(fit, tmp_path):
    texts, labels = labelled()
    model = fit(texts, labels)
    assert model.report.pool["rows"] == 0
    assert model.report.student["nano_loss"] is None
    assert [t["name"] for t in model.report.gate["trials"]] == ["labels", "readouts"]
    assert accuracy(model.micro, test_rows()) > 0.5
    proba = model.micro.predict_proba(test_rows()[0])
    assert np.isfinite(proba).all()
    assert nanonet.load(model.save(tmp_path / "m")).predict(texts[:3]) == model.predict(texts[:3])
