"""The presets hold the papers' figures, and wrong settings are named all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the room imports torch")

from nanonet.distil.presets import PRESETS, StudentSpec, factor, find_preset
from nanonet.errors import UserError


def test_the_papers_figures():
    disco, psnet, nanonet, cohort = (
        find_preset(n) for n in ("disco", "psnet", "nanonet", "cohort")
    )
    assert (len(disco.students), disco.lam, disco.rho, disco.steps) == (2, 1.0, 0.2, 50_000)
    assert (len(psnet.students), psnet.lam, psnet.rho, psnet.steps) == (2, 0.1, 0.1, 50_000)
    for one in (disco, psnet):
        assert (one.labelled_batch, one.unlabelled_batch, one.max_tokens) == (4, 16, 256)
        assert one.weight_decay == 0.01
    assert [s.layers for s in disco.students] == [(1, 2), (3, 4)]
    assert [s.layers for s in psnet.students] == [(1, 2), (-2, -1)]
    assert {s.view for s in disco.students} == {"adversarial"}
    assert (nanonet.lam, nanonet.rho, nanonet.steps, nanonet.unlabelled_batch) == (
        0.5, 0.2, 3000, 256)  # fmt: skip
    assert nanonet.teacher_mode == nanonet.student_mode == "bias"
    assert nanonet.online
    assert cohort.online
    assert cohort.teacher_mode == "lora"
    assert cohort.steps <= 600
    assert sorted(s.kind for s in cohort.students) == ["micro", "nano"]


def test_the_noam_base_is_not_the_rate():
    disco = find_preset("disco")
    rates = [
        disco.lr_student * factor("noam", step, disco.steps, disco.warm)
        for step in range(1, disco.steps + 1, 9)
    ]
    assert max(rates) == pytest.approx(5e-5, rel=1e-3)
    assert rates[0] < max(rates) / 1000
    assert rates.index(max(rates)) == pytest.approx(10_000 / 9, abs=2)


def test_linear_rises_and_falls():
    rates = [factor("linear", step, 100, 0.1) for step in range(1, 101)]
    assert rates[0] == 0.1
    assert max(rates) == rates[9] == 1.0
    assert 0 < rates[-1] < 0.02
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert [factor("constant", step, 100, 0.1) for step in (1, 10, 100)] == [0.1, 1.0, 1.0]
    assert factor("linear", 1, 0, 0.1) == 1.0
    assert factor("linear", 9, 4, 1.0) == 0.0


def test_all_mistakes_are_told_at_once():
    with pytest.raises(UserError) as caught:
        find_preset("cohort").but(
            teacher_mode="biased", steps=0, students=(StudentSpec("nano"), StudentSpec("nano"))
        )
    for part in ("'biased'", "steps is 0", "several nano"):
        assert part in str(caught.value)
    with pytest.raises(UserError, match="there is no setting leraning_rate"):
        find_preset("cohort").but(leraning_rate=1.0)
    with pytest.raises(UserError, match=", ".join(PRESETS)):
        find_preset("large")


def test_the_documented_settings_are_the_presets():
    page = Path(__file__).parent.parent.parent / "docs" / "distil.md"
    rows = [line.split("|")[1:-1] for line in page.read_text("utf-8").splitlines()
            if line.startswith("|")]  # fmt: skip
    names = [cell.strip(" `") for cell in rows[[r[0].strip() for r in rows].index("setting")][1:]]
    settings = [row for row in rows if len(row) == 5 and row[0].strip().startswith("`")]
    assert names == list(PRESETS)
    assert len(settings) > 12
    for row in settings:
        field = row[0].split("`")[1]
        wanted = [str(getattr(PRESETS[name], field)) for name in names]
        assert [cell.strip() for cell in row[1:]] == wanted, field
