"""Effort normal from labels and a pool to a saved model, and where it leaves quick's outcome."""

from __future__ import annotations

import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import nanonet
from _bars import Labels
from _command import folder_bytes
from _order import NAMES, task
from nanonet.data import ClassSpec

pytest.importorskip("torch", reason="tuning an encoder needs torch")

from nanonet.learn import Gate, softmax
from nanonet.learn.cohort import Round
from nanonet.pipeline import deep as room
from nanonet.pipeline.efforts import EFFORTS, for_cohort
from nanonet.pipeline.judged import judge_effort
from nanonet.pipeline.tuned import Halves

TEXTS, LABELS, POOL = task()
ODD = ["", "zzz 🙂", "good " * 200]


def unlike(one, two):
    return np.abs(one - two).max() > 1e-3


def test_from_labels_and_a_pool_to_a_saved_micro(whole, quick):
    steps = whole.bar.steps
    assert steps["warming up the encoder"] == 9  # on half of the labels twice, then on all
    assert steps["distilling"] == 8
    assert steps["reading the pool with the tuned encoder"] == 120
    report = whole.fitted.report
    assert report.gate["chosen"] == "blend"
    assert report.encoder["name"] == "tiny-tuned"
    assert report.notes == ()
    found = nanonet.load(whole.model).predict_proba([*POOL, *ODD])
    assert (found == whole.fitted.micro.predict_proba([*POOL, *ODD])).all()
    assert unlike(found, quick[1].micro.predict_proba([*POOL, *ODD]))
    (run,) = (whole.cache / "runs").iterdir()
    kept = {"halves.safetensors", "final.safetensors", "pool.safetensors", "tiny-tuned"}
    assert {path.name for path in run.iterdir()} == kept


def test_the_same_seed_gives_the_same_bytes(deep, whole, tmp_path):
    bar = Labels()
    again = deep(student="micro", progress=bar).save(tmp_path / "again")
    assert bar.trained() == whole.bar.trained() == 17
    assert folder_bytes(again) == folder_bytes(whole.model)


@pytest.mark.slow
def test_another_seed_gives_another_model(deep, whole):
    other = deep(student="micro", seed=2)
    assert unlike(other.micro.predict_proba(POOL), whole.fitted.micro.predict_proba(POOL))


def test_a_second_fit_trains_nothing(deep, whole, quick, tmp_path):
    bar = Labels()
    twin = deep(student="micro", cache_dir=whole.cache, progress=bar).save(tmp_path / "twin")
    assert folder_bytes(twin) == folder_bytes(whole.model)
    nano = deep(student="nano", cache_dir=whole.cache, progress=bar)
    assert bar.trained() == 0
    assert "reading the pool with the tuned encoder" not in bar.steps
    loaded = nanonet.load(nano.save(tmp_path / "nano"))
    assert (loaded.predict_proba(POOL) == nano.nano.predict_proba(POOL)).all()
    assert unlike(loaded.predict_proba(POOL), quick[1].nano.predict_proba(POOL))


@pytest.mark.parametrize("stage", ["halves", "final", "pool"])
def test_a_damaged_stage_is_done_again(deep, whole, cache, tmp_path, stage):
    shutil.copytree(whole.cache / "runs", cache / "runs")
    (file,) = (cache / "runs").rglob(f"{stage}.safetensors")
    file.write_bytes(file.read_bytes()[:-9])
    bar = Labels()
    mended = deep(student="micro", progress=bar).save(tmp_path / "mended")
    assert folder_bytes(mended) == folder_bytes(whole.model)
    assert bar.trained() == {"halves": 6, "final": 11, "pool": 0}[stage]


def test_the_report_says_how_the_efforts_compare(whole):
    report = whole.fitted.report
    trials = {trial["name"]: trial["accuracy"] for trial in report.gate["trials"]}
    assert list(trials) == ["labels", "readouts", "cohort", "quick", "tuned", "blend"]
    assert report.effort_why.startswith(
        f"from half of the labels quick scored {trials['quick']:.1%} on the hidden ones and "
        "normal 100.0%; +"
    )
    assert report.effort_why.endswith(" points are expected of it, so normal was taken")
    assert f"effort         normal: {report.effort_why}" in report.summary().splitlines()
    assert report.expected["accuracy"] == pytest.approx(1.0)
    assert "torch" in report.versions
    assert not any("--effort" in line for line in report.advice)
    card = (whole.model / "README.md").read_text("utf-8")
    assert f"- effort: normal ({report.effort_why})" in card
    assert nanonet.load(whole.model).info["provenance"]["effort_why"] == report.effort_why


def test_quick_advises_more_effort_where_its_gate_did_not_choose_the_cohort(quick):
    report = quick[1].report
    assert report.gate["chosen"] == "readouts"
    assert any("--effort normal" in line for line in report.advice)
    assert report.effort_why == ""
    assert "\neffort" not in report.summary()
    assert "torch" not in report.versions


def test_labels_alone_are_judged_by_the_tuned_encoder_itself(deep, tmp_path):
    bar = Labels()
    fitted = deep(pool=[], progress=bar)
    assert "distilling" not in bar.steps
    assert fitted.report.gate["chosen"] == "tuned"
    assert [t["name"] for t in fitted.report.gate["trials"]][-2:] == ["quick", "tuned"]
    loaded = nanonet.load(fitted.save(tmp_path / "model"))
    assert (loaded.predict_proba(TEXTS) == fitted.predict_proba(TEXTS)).all()


def test_a_pool_smaller_than_the_labels_works_and_is_told_of(deep):
    texts, labels, pile = task(70, 55)
    bar = Labels()
    fitted = deep(texts, labels, pool=pile, progress=bar, student="nano")
    assert bar.steps["distilling"] == 8
    (note,) = fitted.report.notes
    assert "the pool has 55 texts, fewer than the 70 labelled ones" in note


@pytest.mark.parametrize(
    ("pool", "said"), [(0, None), (49, "rounds take at least 50"), (50, "fewer than the 70"),
                       (69, "fewer than the 70"), (70, None)],
)  # fmt: skip
def test_what_is_said_of_small_pools(pool, said):
    notes = room._remarks(SimpleNamespace(pool=("a",) * pool, texts=("b",) * 70))
    assert [said in note for note in notes] == [True] * bool(said)


def test_names_alone(deep, tmp_path):
    specs = (ClassSpec("good", phrases=("a great win",)), ClassSpec("bad", phrases=("oil loss",)))
    bar = Labels()
    fitted = deep([], [], classes=specs, student="micro", progress=bar)
    assert fitted.report.gate["chosen"] == "taught"
    assert "no labels to compare" in fitted.report.summary()
    assert (fitted.report.expected["low"], fitted.report.expected["high"]) == (0.0, 1.0)
    assert bar.steps["distilling"] == 8
    assert "warming up the encoder" not in bar.steps
    loaded = nanonet.load(fitted.save(tmp_path / "model"))
    assert (loaded.predict_proba(POOL) == fitted.micro.predict_proba(POOL)).all()


def same_as_quick(fitted, quick):
    """Both students are quick's own, to the bit, and the encoder is the untuned one."""
    nano = fitted.nano.decision_logits(POOL) == quick.nano.decision_logits(POOL)
    micro = fitted.micro.decision_logits(POOL) == quick.micro.decision_logits(POOL)
    return nano.all() and micro.all() and fitted.report.encoder == quick.report.encoder


def test_a_class_with_too_few_labels_leaves_quick_and_says_so(deep, tiny, cache):
    few = [row for row, label in enumerate(LABELS) if label == "forth" or row < 6]
    texts, labels = [TEXTS[row] for row in few], [LABELS[row] for row in few]
    assert labels.count("back") == 3
    bar = Labels()
    fitted = deep(texts, labels, progress=bar)
    alone = nanonet.fit(texts, labels, pool=POOL, encoder=tiny, cache_dir=cache, seed=1)
    assert bar.trained() == 0
    assert same_as_quick(fitted, alone)
    (note,) = fitted.report.notes
    assert "changed nothing: the class 'back' has 3 of the 4 labelled texts" in note
    assert not any("--effort" in line for line in alone.report.advice)


def test_another_quick_outcome_is_another_run(deep, quick, monkeypatch):
    """Votes, or a later version of quick, change what is taught: nothing kept before is used."""
    bar = Labels()
    deep(progress=bar)
    assert bar.trained() > 0
    again = Labels()
    deep(progress=again)
    assert again.trained() == 0
    import nanonet.learn

    learn = nanonet.learn.learn_quick

    def surer(*arguments):
        learned = learn(*arguments)
        return replace(learned, labels=learned.labels**2)

    monkeypatch.setattr(nanonet.learn, "learn_quick", surer)
    other = Labels()
    deep(progress=other)
    assert other.trained() == bar.trained()


def hidden(wrong):
    """Trials in which quick loses two of the 24 hidden labels, and the blend ``wrong``."""

    def tables(job, chosen):
        right = np.asarray(4.0 * np.eye(2)[job.y], np.float32)
        ours, mine = right.copy(), right.copy()
        ours[:wrong], mine[-2:] = 4.0 - right[:wrong], 4.0 - right[-2:]
        return Halves(np.arange(24), {"quick": mine, "tuned": ours, "blend": ours})

    return tables


def test_quick_is_kept_where_the_blend_is_worse(deep, quick, monkeypatch):
    monkeypatch.setattr(room, "try_halves", hidden(wrong=12))
    fitted = deep()
    report = fitted.report
    assert "quick scored 91.7% on the hidden ones and normal 50.0%; -" in report.effort_why
    assert "expected of it, so normal was not taken" in report.effort_why
    assert same_as_quick(fitted, quick[1])
    assert report.gate["chosen"] == "readouts"
    assert report.gate["trials"][-1]["name"] == "blend"
    assert report.notes == ()


@pytest.mark.parametrize(
    ("lost", "labels", "taken"), [(3, 12, True), (3, 7, False), (9, 12, False)]
)
def test_what_blends_gained_elsewhere_outweighs_an_unlucky_half(lost, labels, taken):
    """Of 24 hidden labels quick loses two; one more lost is luck where there are labels enough."""
    y = np.repeat([0, 1], [labels, 12])
    gate = Gate("readouts", "", (), 0, 0)
    learned = SimpleNamespace(prior=np.full(2, 0.5, np.float32), gate=gate, tried=None)
    rows = np.arange(len(y))
    right = np.asarray(4.0 * np.eye(2)[y], np.float32)
    ours, mine = right.copy(), right.copy()
    ours[:lost], mine[-2:] = 4.0 - right[:lost], 4.0 - right[-2:]
    halves = Halves(rows, {"quick": mine, "tuned": ours, "blend": ours})
    gate, _, why = judge_effort(learned, halves, y, "blend", "normal")
    assert (gate.chosen == "blend") == taken
    assert ("was taken" in why) == taken
    alone, _, _ = judge_effort(learned, halves, y, "tuned", "normal")
    assert alone.chosen == "readouts"  # without a pool the hidden labels alone decide


def test_a_teacher_learns_quick_alone_where_the_class_file_leads(deep, monkeypatch, tmp_path):
    monkeypatch.setattr(room, "NAMES_LEAD", 0.0)
    bar = Labels()
    fitted = deep(classes=[ClassSpec(name) for name in NAMES], progress=bar, student="micro")
    assert fitted.report.gate["chosen"] == "taught"
    assert "warming up the encoder" not in bar.steps
    assert bar.steps["distilling"] == 8
    assert "taught" in [trial["name"] for trial in fitted.report.gate["trials"]]
    loaded = nanonet.load(fitted.save(tmp_path / "model"))
    assert (loaded.predict_proba(POOL) == fitted.micro.predict_proba(POOL)).all()


def test_hidden_labels_decide_where_the_class_file_does_not_lead(deep, monkeypatch):
    monkeypatch.setattr(room, "NAMES_LEAD", 9.0)
    monkeypatch.setattr(room, "try_halves", hidden(wrong=12))
    bar = Labels()
    fitted = deep(classes=[ClassSpec(name) for name in NAMES], progress=bar)
    assert fitted.report.gate["chosen"] in ("labels", "readouts")
    assert bar.trained() == 0


@pytest.mark.parametrize(("agreement", "taught"), [(0.9, True), (0.5, False)])
def test_a_teacher_learns_the_word_of_a_cohort_whose_views_agree(
    deep, monkeypatch, agreement, taught
):
    """The corpus of help-desk messages would do, but not with an encoder of random weights."""
    import nanonet.learn

    learn = nanonet.learn.learn_quick

    def agreeing(*arguments):
        learned = learn(*arguments)
        gate = replace(learned.gate, chosen="cohort")
        return replace(learned, gate=gate, rounds=(Round(0.5, agreement, 0.0),))

    monkeypatch.setattr(nanonet.learn, "learn_quick", agreeing)
    monkeypatch.setattr(room, "try_halves", hidden(wrong=12))
    bar = Labels()
    fitted = deep(progress=bar, student="ensemble")
    assert bar.trained() == (30 if taught else 0)  # twice through 120 texts, and no warm-up
    if not taught:
        assert fitted.report.gate["chosen"] == "cohort"
        return
    assert "both views agree on what the pool says" in fitted.report.effort_why
    assert fitted.report.gate["chosen"] == "taught"
    assert fitted.report.encoder["name"] == "tiny-tuned"


def test_nano_learns_what_cohort_and_teacher_say_together():
    cohort = softmax(np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]], np.float32))
    teacher = np.array([[0.0, 4.0], [0.0, 4.0], [4.0, 0.0]], np.float32)
    both = room._joined(SimpleNamespace(labels=cohort), teacher)
    assert both.argmax(axis=1).tolist() == [1, 1, 0]
    assert both.max(axis=1).mean() == pytest.approx(cohort.max(axis=1).mean(), abs=1e-4)


@pytest.mark.parametrize(
    ("pool", "steps"), [(20_000, 1_250), (1_000, 62), (50, 40)], ids=["large", "small", "tiny"]
)
def test_the_cohorts_word_is_read_twice_at_most(pool, steps):
    plan = for_cohort(EFFORTS["normal"], pool)
    assert (plan.rounds, plan.most_steps) == (1, steps)
    assert plan.tokens == EFFORTS["normal"].cohort_tokens
