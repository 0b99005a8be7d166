"""The whole loop on a toy task: it learns, it repeats itself, and it stops in good order."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training an encoder needs torch")

from _counter import Counter  # noqa: E402
from _toy import task  # noqa: E402
from nanonet.distil import PRESETS, StudentSpec, distil, find_preset, score  # noqa: E402
from nanonet.distil.cohort import rows_at  # noqa: E402
from nanonet.encode import Readout  # noqa: E402
from nanonet.errors import UserError  # noqa: E402

TEXTS, Y, POOL, HIDDEN = task()
SMALL = {"steps": 12, "warm_teacher": 4, "labelled_batch": 4, "unlabelled_batch": 12}
STUDENTS = (
    StudentSpec("micro", (1, 2), "cutoff"),
    StudentSpec("micro", (-2, -1)),
    StudentSpec("nano", (), "drop"),
)
SHORT = find_preset("cohort").but(**SMALL, students=STUDENTS, max_tokens=32)


def run(folder, preset=SHORT, seed=0, **more):
    more = {"device": "cpu", "precision": "float32", **more}
    return distil(folder, TEXTS, Y, 2, POOL, preset, seed=seed, **more)


def members(done):
    return [done.teacher, *done.micros, *([done.nano] if done.nano else [])]


def state(done):
    return {
        f"{one.name} {name}": p.detach().clone()
        for one in members(done)
        for name, p in one.module.named_parameters()
    }


def same(a, b):
    return a.keys() == b.keys() and all(a[name].equal(b[name]) for name in a)


def test_every_member_learns_the_task(folders):
    done = run(folders("bert"), SHORT.but(steps=40))
    for member in members(done):
        logits = score(member, POOL)
        assert logits.shape == (60, 2)
        assert (logits.argmax(1) == HIDDEN).mean() > 0.9, member.name
    assert [log.step for log in done.history] == list(range(1, 45))
    assert list(done.history[0].losses) == ["teacher"]
    assert done.history[-1].losses["nano"] < done.history[4].losses["nano"]
    assert 0 < done.history[4].pool_share < done.history[-1].pool_share == 1.0
    assert not done.interrupted


@pytest.mark.parametrize("kind", ["roberta", "modernbert"])
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_runs_on_other_architectures(folders, kind, name):
    students = tuple(
        StudentSpec(s.kind, (-2, -1) if s.layers == (3, 4) else s.layers, s.view)
        for s in find_preset(name).students
    )
    preset = find_preset(name).but(
        students=students, steps=6, labelled_batch=4, unlabelled_batch=8, max_tokens=32
    )
    done = run(folders(kind), preset)
    assert done.history[-1].step == preset.steps + preset.warm_teacher
    assert all(np.isfinite(score(one, POOL)).all() for one in members(done))
    said = [note for note in done.notes if "biases of zero were added" in note]
    assert bool(said) == (kind == "modernbert" and preset.teacher_mode == "bias")
    assert set(done.counts) == {one.name for one in members(done)}


def test_the_same_seed_gives_the_same_bits_and_leaves_torch_alone(folders):
    torch.manual_seed(7)
    before = torch.get_rng_state()
    preset = SHORT.but(teacher_view="dropout")
    one, two, other = (run(folders("bert"), preset, seed) for seed in (0, 0, 1))
    assert same(state(one), state(two))
    assert one.history == two.history
    assert not same(state(one), state(other))
    assert torch.get_rng_state().equal(before)


@pytest.mark.parametrize("mode", ["frozen", "bias", "lora"])
def test_weights_outside_the_mode_stay(folders, mode):
    from nanonet.distil import open_encoder

    stock = dict(open_encoder(folders("bert")).model.named_parameters())
    done = run(folders("bert"), SHORT.but(teacher_mode=mode, student_mode=mode))
    now = dict(done.teacher.reader.model.named_parameters())
    moved = {name for name in stock if name in now and not now[name].equal(stock[name])}
    assert all(name.endswith("bias") for name in moved)
    assert bool(moved) == (mode == "bias")


def test_a_teacher_that_is_offline_stays_after_its_own_steps(folders):
    short = run(folders("bert"), SHORT.but(online=False, steps=1))
    long = run(folders("bert"), SHORT.but(online=False, steps=9))
    first, second = (dict(done.teacher.module.named_parameters()) for done in (short, long))
    assert same(first, second)
    assert "teacher" in long.history[3].losses
    assert "teacher" not in long.history[4].losses


def test_a_teacher_without_students_trains_alone(folders, tmp_path):
    alone = SHORT.but(students=(), steps=40)
    done = run(folders("bert"), alone, checkpoint_dir=tmp_path)
    assert (done.micros, done.nano) == ((), None)
    assert set(done.counts) == {"teacher"}
    assert (score(done.teacher, POOL).argmax(1) == HIDDEN).mean() > 0.9
    assert [log.step for log in done.history] == list(range(1, 45))
    assert all(list(log.losses) == ["teacher"] for log in done.history)
    assert all(log.disagreement == log.pool_share == 0.0 for log in done.history)
    assert done.history[-1].losses["teacher"] < done.history[0].losses["teacher"]
    assert done.notes == ()
    again = run(folders("bert"), alone, checkpoint_dir=tmp_path)  # from the last checkpoint
    assert same(state(again), state(done))
    beside = run(folders("bert"), SHORT.but(steps=40))  # what it learns, no student changes
    first, second = (dict(one.teacher.module.named_parameters()) for one in (done, beside))
    assert same(first, second)


def test_a_teacher_without_students_reads_the_pool_only_for_targets(folders):
    alone = SHORT.but(students=())
    done = run(folders("bert"), alone, pool_targets=np.eye(2)[HIDDEN])
    assert set(done.history[-1].losses) == {"teacher", "teacher pool"}
    assert 0 < done.history[0].pool_share < done.history[-1].pool_share
    with pytest.raises(UserError, match="nobody would learn"):
        alone.but(online=False)


def test_targets_from_outside_teach_the_teacher(folders):
    """Targets that say the opposite of the labels win where there are many of them."""
    wrong = np.eye(2)[1 - HIDDEN]
    preset = SHORT.but(
        steps=40, pool_weight=5.0, lr_head=0.1, teacher_mode="full", head_start=False
    )
    done = run(folders("bert"), preset, pool_targets=wrong)
    assert (score(done.teacher, POOL).argmax(1) == HIDDEN).mean() < 0.3
    assert "teacher pool" in done.history[0].losses
    unheard = run(folders("bert"), preset, pool_targets=wrong, pool_weights=np.zeros(60))
    assert (score(unheard.teacher, POOL).argmax(1) == HIDDEN).mean() > 0.7
    assert unheard.history[-1].losses["nano distil"] == 0.0


def test_readouts_reach_the_students(folders):
    readouts = (Readout(3, "mean"), Readout(2, "first"))
    done = run(folders("bert"), readouts=readouts)
    assert done.teacher.reader.readouts == readouts
    assert done.micros[1].layers == (2, 3)
    assert done.micros[1].reader.readouts == (Readout(2, "mean"), Readout(1, "first"))
    with pytest.raises(UserError, match="layers are 1 to 3"):
        run(folders("bert"), readouts=[Readout(9, "mean")])


class Interrupts(Counter):
    """Presses Ctrl-C at a step."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at, self.said = at, []

    def advance(self, n: int = 1) -> None:
        super().advance(n)
        self.at -= n
        if self.at == 0:
            raise KeyboardInterrupt

    def describe(self, text: str) -> None:
        self.said.append(text)


def test_ctrl_c_keeps_what_there_is(folders):
    progress = Interrupts(10)
    done = run(folders("bert"), progress=progress)
    assert done.interrupted
    assert [log.step for log in done.history] == list(range(1, 11))
    assert len(progress.said) == 10
    for part in ("teacher ", "nano distil ", "students differ on", "100% of the pool used"):
        assert part in progress.said[-1]
    whole = run(folders("bert"))
    assert whole.history[:10] == done.history
    assert np.isfinite(score(done.teacher, POOL)).all()


def test_a_loss_that_is_no_number_stops_the_run_with_the_last_good_state(folders):
    broken = SHORT.but(lr_nano=1e30, warm=0.0, clip=0.0, steps=12)
    done = run(folders("bert"), broken)
    assert done.interrupted
    (note,) = [note for note in done.notes if "not a finite number" in note]
    step = done.history[-1].step + 1
    assert f"at step {step}" in note
    assert step < 16
    assert all(torch.isfinite(value).all() for value in state(done).values())
    assert all(np.isfinite(v) for log in done.history for v in log.losses.values())


def test_students_that_are_alike_are_told_of(folders):
    twins = (StudentSpec("micro", (1, 2)), StudentSpec("micro", (1, 2)))
    done = run(folders("bert"), SHORT.but(students=twins))
    assert [one.name for one in done.micros] == ["micro 1-2", "micro 1-2 (2)"]
    assert any("agree on all but 0.0%" in note for note in done.notes)


def test_notes_on_a_small_pool_and_on_absent_classes(folders):
    preset = SHORT.but(steps=2)
    done = distil(
        folders("bert"), TEXTS, Y, 3, POOL[:5], preset, seed=0, device="cpu", precision="float32"
    )
    assert any("fewer than the 8 labelled ones" in note for note in done.notes)
    assert any("1 of 3 classes" in note for note in done.notes)


def test_running_out_of_memory_names_what_to_lower(folders):
    class Hungry(Interrupts):
        def advance(self, n: int = 1) -> None:
            if n:
                torch.empty(1 << 60)

    with pytest.raises(UserError, match="unlabelled_batch 12") as caught:
        run(folders("bert"), progress=Hungry(0))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"y": [0, 1]}, "y must be 8 whole numbers"),
        ({"y": [0, 1, 2, 0, 1, 0, 1, 0]}, "from 0 to 1"),
        ({"y": [0.5] * 8}, "float64"),
        ({"pool_texts": []}, "0 pool texts"),
        ({"pool_texts": "one text"}, "one string"),
        ({"n_classes": 1}, "at least 2"),
        ({"pool_targets": np.ones((60, 3))}, "pool_targets must be .60, 2."),
        ({"pool_weights": np.full(60, np.nan)}, "finite"),
        ({"preset": "best"}, "nanonet, disco, psnet, cohort"),
        ({"checkpoint_every": 0}, "checkpoint_every"),
        ({"device": "nonsense"}, "cannot be used here"),
    ],
)
def test_input_that_does_not_fit(folders, wrong, says):
    given = {"labelled_texts": TEXTS, "y": Y, "n_classes": 2, "pool_texts": POOL, "preset": SHORT}
    with pytest.raises(UserError, match=says):
        distil(folders("bert"), **{**given, "seed": 0, **wrong})


def test_batches_visit_every_row_once_an_epoch():
    drawn = np.concatenate([rows_at(step, 7, 30, 0, 1) for step in range(30)])
    for epoch in range(7):
        assert sorted(drawn[30 * epoch : 30 * (epoch + 1)]) == list(range(30))
    assert not np.array_equal(drawn[:30], drawn[30:60])
    assert rows_at(3, 0, 5, 0, 1).tolist() == rows_at(3, 9, 5, 0, 1).tolist() == [0, 1, 2, 3, 4]
