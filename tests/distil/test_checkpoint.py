"""A killed run goes on to the very bytes of one that was never stopped; others' files are left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training an encoder needs torch")

from safetensors import safe_open  # noqa: E402

from _counter import Counter  # noqa: E402
from _toy import task  # noqa: E402
from nanonet.distil import distil, find_preset, save_encoder  # noqa: E402
from nanonet.errors import UserError  # noqa: E402

TEXTS, Y, POOL, _ = task()
PRESET = find_preset("cohort").but(
    steps=30,
    warm_teacher=5,
    labelled_batch=4,
    unlabelled_batch=8,
    max_tokens=32,
    teacher_view="dropout",
)
SCRIPT = """
import sys, time
import torch
torch.set_num_threads(1)
sys.path.insert(0, sys.argv[1])
from test_checkpoint import run

class Slow:
    def start(self, label, total): pass
    def advance(self, n=1): time.sleep(0.05)
    def finish(self): pass

run(sys.argv[2], sys.argv[3], progress=Slow())
"""


def run(folder, home, **more):
    more = {"preset": PRESET, "seed": 3, "checkpoint_every": 4, **more}
    return distil(
        folder, TEXTS, Y, 2, POOL, checkpoint_dir=home, device="cpu", precision="float32", **more
    )


def written(done, home: Path) -> dict[str, bytes]:
    """Every byte that the run can give."""
    home.mkdir()
    for member in (done.teacher, *done.micros):
        save_encoder(member, home / member.name)
    files = {str(f.relative_to(home)): f.read_bytes() for f in sorted(home.rglob("*.*"))
             if f.is_file()}  # fmt: skip
    for member in (done.teacher, *done.micros):
        files[f"{member.name} head"] = b"".join(a.tobytes() for a in member.reader.head_arrays())
    files["nano"] = b"".join(array.tobytes() for array in done.nano.table())
    return files


def step_of(home: Path) -> int:
    import json

    (file,) = home.glob("distil-*.safetensors")
    with safe_open(str(file), "pt") as opened:
        return json.loads(opened.metadata()["nanonet"])["step"]


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is Unix's")
def test_a_killed_run_goes_on_to_the_same_bytes(folders, tmp_path: Path):
    home = tmp_path / "killed"
    path = os.pathsep.join(entry for entry in sys.path if entry)
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(folders("bert")), str(home)],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not list(home.glob("distil-*.safetensors")):
        assert time.monotonic() < deadline, "no checkpoint was written"
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    kept = step_of(home)
    assert 4 <= kept < 35
    counter = Counter()
    resumed = run(folders("bert"), home, progress=counter)
    assert (counter.totals, counter.done) == ([35], 35)
    whole = run(folders("bert"), None)
    assert resumed.history == whole.history
    assert len(whole.history) == 35
    assert written(resumed, tmp_path / "a") == written(whole, tmp_path / "b")
    again = run(folders("bert"), home)
    assert written(again, tmp_path / "c") == written(whole, tmp_path / "d")


def test_a_run_with_other_settings_begins_anew(folders, tmp_path: Path):
    run(folders("bert"), tmp_path)
    assert step_of(tmp_path) == 35
    counter = Counter()
    other = run(folders("bert"), tmp_path, seed=4, preset=PRESET.but(steps=4), progress=counter)
    assert len(other.history) == 9
    assert len(list(tmp_path.glob("distil-*.safetensors"))) == 2
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize("damage", ["cut", "foreign"])
def test_a_damaged_checkpoint_is_not_used(folders, tmp_path: Path, damage):
    short = PRESET.but(steps=4)
    whole = run(folders("bert"), tmp_path, preset=short)
    (file,) = tmp_path.glob("distil-*.safetensors")
    data = file.read_bytes()
    if damage == "cut":
        file.write_bytes(data[: len(data) // 2])
    else:
        file.write_bytes(data.replace(b'fingerprint\\": \\"', b'fingerprint\\": \\"0', 1))
        assert file.read_bytes() != data
    again = run(folders("bert"), tmp_path, preset=short)
    assert again.history == whole.history
    assert file.read_bytes() == data


def test_a_folder_that_cannot_be_written(folders, tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="another folder for checkpoints"):
        run(folders("bert"), tmp_path / "file" / "inside")
