"""Small micros, cascades and budgets through ``fit``, on a tiny encoder and the task of topics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nanonet
from nanonet.cli import run
from nanonet.errors import UserError
from nanonet.export import Timing

SPORT, MONEY = ("goal", "team", "match", "win", "game"), ("bank", "market", "price", "oil", "loss")
COMMON = ("the", "a", "was", "good", "bad", "not", "rise", "fall")


def topics(n: int, seed: int) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    texts, labels = [], []
    for row in range(n):
        words = (SPORT, MONEY)[row % 2]
        both = [*rng.choice(words, 2), *rng.choice(COMMON, 5), str(rng.choice(SPORT + MONEY))]
        texts.append(" ".join(rng.permutation(both)) + f" {row}")
        labels.append(("sport", "money")[row % 2])
    return texts, labels


@pytest.fixture(scope="module")
def fit(tiny, tmp_path_factory):
    home = tmp_path_factory.mktemp("small")
    texts, labels = topics(20, 1)
    pool = topics(300, 2)[0]

    def call(**settings):
        given = {"pool": pool, "encoder": tiny, "cache_dir": home, "seed": 1, **settings}
        return nanonet.fit(texts, labels, **given)

    return call


@pytest.fixture(scope="module")
def whole(fit):
    return fit(student="micro")


def test_a_micro_tells_how_its_int8_form_compares(whole, tmp_path: Path) -> None:
    form = whole.report.measured["int8_against_float32"]
    assert form["compared"]
    assert form["texts"] == 200
    assert 0.9 <= form["agreement"] <= 1.0
    assert form["max_logit_difference"] > 0
    assert set(whole.report.times) == {"int8", "float32"}
    assert "int8           agrees with float32 on " in whole.report.summary()
    info = nanonet.load(whole.save(tmp_path / "m")).info
    assert info["provenance"]["measured"]["int8_against_float32"] == form
    assert "times" not in info["provenance"]  # equal fits give equal bytes
    assert info["student"]["precision"] == "int8"


def test_int8_that_changes_too_many_answers_is_refused(fit, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("nanonet.export.gate.MOST_WORSE", -1.0)  # nothing is good enough
    fitted = fit(student="micro-1")
    assert any("int8 weights were refused for micro-1" in note for note in fitted.report.notes)
    model = nanonet.load(fitted.save(tmp_path / "m"))
    assert model.info["student"]["precision"] == "float32"
    assert model.predict(["the goal"]) == fitted.predict(["the goal"])


def test_a_small_micro_is_smaller_and_is_what_is_saved(fit, whole, tmp_path: Path) -> None:
    fitted = fit(student="micro-1")
    texts, labels = topics(100, 3)
    model = nanonet.load(fitted.save(tmp_path / "m"))
    assert np.array_equal(model.predict_proba(texts), fitted.predict_proba(texts))
    assert (np.array(model.predict(texts)) == labels).mean() > 0.6  # the encoder is random
    student = model.info["student"]
    assert (student["kind"], student["layers"]) == ("micro", 1)
    assert fitted.report.student["kind"] == "micro-1"
    small, large = fitted.report.student["megabytes"], whole.report.student["megabytes"]
    assert small < large
    again = fit(student="micro-1").save(tmp_path / "again")
    assert (again / "model.json").read_bytes() == (tmp_path / "m" / "model.json").read_bytes()


def test_a_cascade_is_learned_saved_and_explained(fit, whole, tmp_path: Path) -> None:
    fitted = fit(student="cascade")
    plan = fitted.report.measured["cascade"]
    assert plan["chosen"]["passed"] <= 0.25
    assert len(plan["curve"]) == 101
    assert "cascade        nano answers where it is at least" in fitted.report.summary()
    texts = topics(60, 4)[0]
    model = nanonet.load(fitted.save(tmp_path / "m"))
    assert np.array_equal(model.predict_proba(texts), fitted.predict_proba(texts))
    sure = fitted.nano.predict_proba(texts).max(axis=1) >= plan["chosen"]["threshold"]
    both = fit(student="ensemble").predict_proba(texts)
    wanted = np.where(sure[:, None], fitted.nano.predict_proba(texts), both)
    np.testing.assert_allclose(model.predict_proba(texts), wanted, atol=1e-4)
    assert model.explain(texts[0]).label == model.predict(texts[:1])[0]


def test_an_ensemble_is_learned_saved_and_explained(fit, tmp_path: Path) -> None:
    fitted = fit(student="ensemble")
    texts = topics(60, 4)[0]
    model = nanonet.load(fitted.save(tmp_path / "m"))
    assert model.info["student"]["kind"] == "ensemble"
    assert np.array_equal(model.predict_proba(texts), fitted.predict_proba(texts))
    rule = model.info["student"]
    joint = fitted.micro.decision_logits(texts).astype(np.float64) / rule["micro_temperature"]
    nano = fitted.nano.decision_logits(texts).astype(np.float64) / rule["nano_temperature"]
    joint += rule["nano_weight"] * nano
    np.testing.assert_allclose(model.decision_logits(texts), joint, atol=1e-3)
    assert model.explain(texts[0]).label == model.predict(texts[:1])[0]


def clock(times: dict[str, float]):
    """``measure`` with times of ours: no test may hang on how busy the machine is."""

    def call(models, texts):
        return {
            name: Timing(times[name], times[name], times[name], 1e6 / times[name], len(texts))
            for name in models
        }

    return call


TIMES = {"nano": 3.0, "micro-1": 700.0, "micro-2": 1200.0, "micro": 2000.0,
         "both": 2001.0, "ensemble": 2001.0, "cascade": 400.0,
         "int8": 700.0, "float32": 900.0}  # fmt: skip


def test_a_budget_takes_what_fits_and_keeps_the_front(fit, monkeypatch, tmp_path: Path) -> None:
    for place in ("offer", "make", "forms"):
        monkeypatch.setattr(f"nanonet.pipeline.{place}.measure", clock(TIMES))
    fitted = fit(max_us=1000)
    front = fitted.report.measured["front"]
    kinds = {(point["kind"], point["precision"]) for point in front}
    assert {("nano", "int8"), ("micro-1", "int8"), ("micro-1", "float32"),
            ("micro", "int8"), ("cascade", "int8")} <= kinds  # fmt: skip
    taken = next(p for p in front if p["kind"] == fitted.report.student["kind"])
    assert taken["us"] <= 1000
    assert "<- taken" in fitted.report.summary()
    kept = nanonet.load(fitted.save(tmp_path / "m")).info["provenance"]
    assert kept["measured"]["budget"] == {"max_us": 1000, "max_mb": None}
    assert kept["times"]["nano"]["us"] == 3.0
    with pytest.raises(UserError, match=r"keeps within 1 µs .* the nearest is nano \(int8\)"):
        fit(max_us=1)
    with pytest.raises(UserError, match=r"the nearest is micro-1 .*raise --max-us"):
        fit(max_us=1, student="micro-1")


def test_what_cannot_be_made_is_refused_before_any_work(fit, tmp_path: Path, capfd) -> None:
    with pytest.raises(UserError, match="these small ones can be cut: micro-1, micro-2"):
        fit(student="micro-3")
    with pytest.raises(UserError, match=r"the pool has 0 different texts; give at least 50"):
        fit(student="cascade", pool=())
    with pytest.raises(UserError, match="max_us is -1; it must be a number above 0"):
        fit(max_us=-1)
    with pytest.raises(UserError, match=r"micro-1 is .* MB and --max-mb is 0.01"):
        fit(student="micro-1", max_mb=0.01)
    (tmp_path / "l.csv").write_text("text,label\na,b\nc,d\n")
    assert run(["fit", str(tmp_path / "l.csv"), "--out", "x", "--max-us", "0"]) == 2
    assert "0.0 is not in the range" in capfd.readouterr().err
