"""Efforts that are interrupted, run out of something or break down, and what is left then."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import nanonet
from _bars import At, Labels, press_ctrl_c, take_all_memory
from _command import ENVIRONMENT, folder_bytes
from _order import task
from nanonet import UserError
from nanonet.errors import OutOfMemory

torch = pytest.importorskip("torch", reason="tuning an encoder needs torch")

TEXTS, LABELS, POOL = task()
POSIX = pytest.mark.skipif(os.name == "nt", reason="forks, signals and limits are Unix's")


def goes_on(deep, whole, path, trained):
    """The same fit again ends as an unbroken one, with only so many steps of training."""
    bar = Labels()
    assert folder_bytes(deep(student="micro", progress=bar).save(path)) == folder_bytes(whole.model)
    assert bar.trained() == trained
    return True


@pytest.mark.parametrize("step", [1, 5, 9])
def test_ctrl_c_in_the_warm_up_keeps_quicks_outcome(deep, quick, whole, tmp_path, step):
    """Step 1 and 5 are of the trials, step 9 of the encoder itself."""
    fitted = deep(progress=At("warming", step, press_ctrl_c))
    assert fitted.report.notes == ("interrupted; what follows is the quick fit's outcome",)
    assert (fitted.nano.predict_proba(POOL) == quick[1].nano.predict_proba(POOL)).all()
    assert fitted.report.encoder == quick[1].report.encoder
    assert "normal: quick's outcome was kept, see the note" in fitted.report.summary()
    assert goes_on(deep, whole, tmp_path / "model", 11 if step == 9 else 17)


def test_ctrl_c_in_a_round_keeps_its_last_whole_step(deep, whole, tmp_path):
    fitted = deep(student="micro", progress=At("distilling", 6, press_ctrl_c))
    assert fitted.report.notes == ("round 2 of 2 ended early: interrupted at step 2 of 4",)
    loaded = nanonet.load(fitted.save(tmp_path / "early"))
    found = loaded.predict_proba(POOL)
    assert np.isfinite(found).all()
    assert (found == fitted.micro.predict_proba(POOL)).all()
    assert goes_on(deep, whole, tmp_path / "model", 4)


@pytest.mark.slow
def test_ctrl_c_between_the_steps_of_a_round_keeps_the_round_before(deep, whole, tmp_path):
    """In the second round the first step of all is telling that it begins."""

    class AtStart(Labels):
        rounds = 0

        def start(self, label: str, total: int) -> None:
            super().start(label, total)
            self.rounds += label == "distilling"
            if label == "distilling" and self.rounds == 2:
                raise KeyboardInterrupt

    fitted = deep(student="micro", progress=AtStart())
    assert fitted.report.notes == ("round 2 of 2 ended early: interrupted",)
    assert np.isfinite(fitted.predict_proba(POOL)).all()
    assert goes_on(deep, whole, tmp_path / "model", 4)


def test_a_loss_that_is_no_number_in_a_round_keeps_the_last_good_state(deep, monkeypatch):
    from nanonet.pipeline import rounds

    preset = rounds._preset

    def wild(*arguments, **more):
        return preset(*arguments, **more).but(lr_teacher=1e30, warm=0.0, clip=0.0)

    monkeypatch.setattr(rounds, "_preset", wild)
    fitted = deep(student="micro")
    (note,) = fitted.report.notes
    assert note.startswith("round 1 of 2 ended early: at step ")
    assert "was not a finite number" in note
    assert np.isfinite(fitted.micro.decision_logits(POOL)).all()


def test_a_loss_that_is_no_number_in_the_warm_up_keeps_quicks_outcome(deep, quick, monkeypatch):
    import nanonet.distil

    wild = partial(nanonet.distil.WarmUp, lr=1e30, warm=0.0)
    monkeypatch.setattr(nanonet.distil, "WarmUp", wild)
    fitted = deep()
    note = "the warm-up loss was no number at step 2 of 3; what follows is the quick fit's outcome"
    assert fitted.report.notes == (note,)
    assert (fitted.nano.predict_proba(POOL) == quick[1].nano.predict_proba(POOL)).all()


@pytest.mark.parametrize("where", ["warming", "distilling", "reading"])
def test_lack_of_memory_says_what_to_lower(deep, where):
    with pytest.raises(OutOfMemory, match=r"^memory ran out while the encoder .*tiny was tuned"
                       r".*smaller --encoder, or --effort quick") as short:  # fmt: skip
        deep(progress=At(where, 2, take_all_memory))
    assert "\n" not in str(short.value)
    assert short.value.exit_code == 2


def test_a_cache_folder_that_cannot_hold_the_stages(deep, cache):
    (cache / "runs").write_text("in the way")
    with pytest.raises(UserError, match=r"^cannot write .*choose another folder with --cache-dir$"):
        deep()


FULL = """
import resource, signal, sys
import torch
torch.set_num_threads(1)
from conftest import fit_normal, small_normal
from nanonet import UserError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    with small_normal():
        fit_normal(encoder=sys.argv[1], cache_dir=sys.argv[2])
except UserError as error:
    print(error)
    sys.exit(2)
"""
KILLED = """
import os, random, signal, sys
import torch
torch.set_num_threads(1)
import nanonet.distil, nanonet.learn, onnxruntime, transformers.models.bert.modeling_bert
from _bars import At
from conftest import fit_normal, small_normal

tiny, cache, out = sys.argv[1:4]
moments = sys.argv[4:]
count = 0

def on_rename(event, arguments):
    global count
    if event == "os.rename" and str(arguments[0]).startswith((cache, os.path.dirname(out))):
        count -= 1
        if not count:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(on_rename)

def attempt(moment):
    global count
    label, number = (moment or "none:0").split(":")
    count = int(number) if label == "rename" else 0
    kill = lambda: os.kill(os.getpid(), signal.SIGKILL)
    bar = At(label, int(number), kill)
    with small_normal():
        fit_normal(student="micro", encoder=tiny, cache_dir=cache, progress=bar).save(out)

def child(moment):
    pid = os.fork()
    if not pid:
        code = 1
        try:
            attempt(moment)
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

codes = [child(moment) for moment in moments]
print(*codes, child(""))
"""


def script(code, *arguments):
    here = os.pathsep.join([str(Path(__file__).parent), ENVIRONMENT["PYTHONPATH"]])
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**ENVIRONMENT, "PYTHONPATH": here},
        capture_output=True,
        text=True,
        check=False,
    )


@POSIX
def test_a_full_disk_is_one_sentence_and_leaves_nothing_half(tiny, whole, cache):
    done = script(FULL, tiny, cache)
    assert done.returncode == 2, done.stderr
    assert done.stdout.startswith("cannot write the encoder to ")
    assert done.stdout.count("\n") == 1
    assert not list((cache / "runs").rglob("*.tmp"))


def killed(tiny, whole, cache, out, moments):
    done = script(KILLED, tiny, cache, out, *moments)
    codes = [int(code) for code in done.stdout.split()]
    assert codes == [-9] * len(moments) + [0], done.stderr[-2000:]
    assert folder_bytes(out) == folder_bytes(whole.model)
    (run,) = (cache / "runs").iterdir()
    kept = {"halves.safetensors", "final.safetensors", "pool.safetensors", "tiny-tuned"}
    assert {path.name for path in run.iterdir()} == kept
    assert [path.name for path in out.parent.iterdir()] == [out.name]


@POSIX
def test_killed_again_and_again_it_ends_with_the_same_bytes(tiny, whole, cache, tmp_path):
    """In the trials, the warm-up, each round, while a stage is renamed and while it is saved."""
    out = tmp_path / "out" / "model"
    out.parent.mkdir()
    moments = ["warming:5", "warming:8", "distilling:2", "rename:2", "rename:4", "reading:1"]
    killed(tiny, whole, cache, out, moments)


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 13))
def test_killed_at_each_rename(tiny, whole, cache, tmp_path, number):
    out = tmp_path / "out" / "model"
    out.parent.mkdir()
    killed(tiny, whole, cache, out, [f"rename:{number}"])
