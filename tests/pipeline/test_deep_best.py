"""Effort best: small students beside the teacher of the last round, and which of them is kept."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import nanonet
from _order import PLAN, favourable, no_cohort, task

pytest.importorskip("torch", reason="tuning an encoder needs torch")

from nanonet.distil import find_preset
from nanonet.encode import load_encoder
from nanonet.pipeline import rounds
from nanonet.pipeline.efforts import EFFORTS

TEXTS, LABELS, POOL = task()


@pytest.mark.parametrize(
    ("kind", "layers", "some"),
    [("bert", 2, False), ("bert", 3, False), ("bert", 4, True), ("mpnet", 4, True)],
)
def test_students_are_left_out_where_no_smaller_encoder_can_be_cut(tmp_path, kind, layers, some):
    from _encoders import tiny_folder

    folder = tiny_folder(kind, tmp_path / "tiny", layers)
    job = SimpleNamespace(source=folder, plan=PLAN, classes=2)
    cohort = find_preset("cohort")
    assert rounds._students(job, cohort) == (cohort.students if some else ())


@pytest.mark.parametrize(("wrong", "kept"), [(0, "student"), (1, "student"), (9, "teacher")])
def test_the_student_is_kept_where_it_costs_a_point_or_less(monkeypatch, wrong, kept):
    """Of 100 texts the student answers ``wrong`` unlike the teacher, who is quite sure."""
    teacher = np.zeros((100, 2), np.float32)
    teacher[:, 0] = 3.0
    own = teacher.copy()
    own[:wrong] = own[:wrong, ::-1]
    monkeypatch.setattr("nanonet.distil.score", lambda member, texts, bf16: own)
    done = SimpleNamespace(teacher="teacher", micros=("student",))
    job = SimpleNamespace(place=SimpleNamespace(bf16=False))
    assert rounds._member(job, done, ["a"] * 100, teacher) == kept


def test_only_best_trains_students():
    assert {name: bool(plan and plan.students) for name, plan in EFFORTS.items()} == {
        "quick": False,
        "normal": False,
        "best": True,
    }


@pytest.mark.slow
def test_a_student_that_is_kept_is_the_encoder_of_the_model(tmp_path, monkeypatch):
    from _encoders import tiny_folder

    folder = tiny_folder("bert", tmp_path / "tiny", layers=4)
    monkeypatch.setitem(EFFORTS, "best", replace(PLAN, name="best", students=True))
    monkeypatch.setattr("nanonet.pipeline.deep.try_halves", favourable)
    monkeypatch.setattr(rounds, "TOLERATED", 1.0)
    monkeypatch.setattr("nanonet.learn.quick.judge", no_cohort)
    fitted = nanonet.fit(
        TEXTS,
        LABELS,
        pool=POOL,
        effort="best",
        student="micro",
        encoder=folder,
        cache_dir=tmp_path / "cache",
    )
    (tuned,) = (tmp_path / "cache" / "runs").rglob("tiny-tuned")
    assert max(r.layer for r in load_encoder(tuned, cache_dir=tmp_path / "cache").readouts) == 3
    assert fitted.report.derived["readouts"]["value"] == "layer 3 mean 100%"
    loaded = nanonet.load(fitted.save(tmp_path / "model"))
    assert (loaded.predict_proba(POOL) == fitted.micro.predict_proba(POOL)).all()
