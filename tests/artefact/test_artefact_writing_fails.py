"""Writing that fails, is killed or finds its place taken leaves no half folder behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nanonet.artefact import read_artefact, write_artefact
from nanonet.errors import UserError

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs POSIX limits, pipes, signals")
WRITER = """
import sys
from pathlib import Path
import numpy as np
from nanonet.artefact import write_artefact
from nanonet.errors import UserError
path, extra, kilobytes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
if sys.argv[4:] == ["limit"]:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write_artefact(
        path, classes=["a"], student={"kind": "nano"},
        weights={"w": np.zeros(kilobytes * 1000, np.int8)},
        extra_files={"extra": Path(extra)} if extra else {},
        overwrite=True,
    )
except UserError as error:
    print(error)
    sys.exit(2)
"""


def write(path: Path, value: float = 1.0, *, overwrite: bool = False) -> Path:
    weights = {"bias": np.array([value], np.float32)}
    return write_artefact(
        path, classes=["a"], student={"kind": "nano"}, weights=weights, overwrite=overwrite
    )


def run_writer(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_for(condition, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def test_a_taken_place_is_refused_and_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "m")
    with pytest.raises(UserError, match="exists already"):
        write(tmp_path / "m", 2.0)
    assert read_artefact(tmp_path / "m").weight("bias") == 1.0


def test_overwrite_never_removes_what_is_not_a_model(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("precious")
    (tmp_path / "file").write_text("precious")
    for name in ("thesis", "file"):
        with pytest.raises(UserError, match="not a nanonet model; it will not be overwritten"):
            write(tmp_path / name, overwrite=True)
    write(tmp_path / "model")
    (tmp_path / "link").symlink_to(tmp_path / "model")
    with pytest.raises(UserError, match="will not be overwritten"):
        write(tmp_path / "link", overwrite=True)
    assert (tmp_path / "thesis" / "chapter1.txt").read_text() == "precious"
    assert {p.name for p in tmp_path.iterdir()} == {"thesis", "file", "model", "link"}


def test_a_place_that_cannot_be_written_is_the_users_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="cannot write"):
        write(tmp_path / "file" / "model")


def test_a_missing_extra_file_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        write_artefact(
            tmp_path / "m",
            classes=["a"],
            student={"kind": "nano"},
            weights={},
            extra_files={"encoder.onnx": tmp_path / "nowhere.onnx"},
        )
    assert list(tmp_path.iterdir()) == []


@POSIX
def test_a_file_size_limit_keeps_the_former_model(tmp_path: Path) -> None:
    """The limit makes write(2) fail in the middle of a file, as a full disk does."""
    write(tmp_path / "m")
    writer = run_writer(tmp_path / "m", "", 200, "limit")
    assert "no room left" in writer.communicate()[0]
    assert writer.returncode == 2
    assert [p.name for p in tmp_path.iterdir()] == ["m"]
    assert read_artefact(tmp_path / "m").weight("bias") == 1.0


@POSIX
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    command = [mount or "", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if mount is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a small tmpfs cannot be mounted here (it needs root)")
    try:
        with pytest.raises(UserError, match=r"no room left to write .*nothing was kept"):
            write_artefact(
                disk / "m",
                classes=["a"],
                student={"kind": "nano"},
                weights={"w": np.zeros(100_000, np.int8)},
            )
        assert list(disk.iterdir()) == []
        write(disk / "m")
        assert read_artefact(disk / "m").weight("bias") == 1.0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@POSIX
def test_a_killed_writer_leaves_the_former_model_and_is_cleaned_up_after(tmp_path: Path) -> None:
    """The writer hangs on a pipe in the middle of the folder, and is killed there."""
    home = tmp_path / "home"
    write(home / "m")
    os.mkfifo(tmp_path / "pipe")
    writer = run_writer(home / "m", tmp_path / "pipe", 1)
    wait_for(lambda: list(home.glob(".m.tmp-*/weights.safetensors")))
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    assert read_artefact(home / "m").weight("bias") == 1.0
    assert len(list(home.iterdir())) == 2
    write(home / "m", 2.0, overwrite=True)
    assert [p.name for p in home.iterdir()] == ["m"]
    assert read_artefact(home / "m").weight("bias") == 2.0


@POSIX
def test_a_writer_at_work_is_not_mistaken_for_a_dead_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.mkfifo(tmp_path / "pipe")
    writer = run_writer(home / "m", tmp_path / "pipe", 1)
    wait_for(lambda: list(home.glob(".m.tmp-*/weights.safetensors")))
    write(home / "m")
    assert len(list(home.glob(".m.tmp-*"))) == 1
    (tmp_path / "pipe").write_bytes(b"the rest")
    writer.communicate()
    assert writer.returncode == 0
    assert [p.name for p in home.iterdir()] == ["m"]
    assert read_artefact(home / "m").file("extra").read_bytes() == b"the rest"


def test_death_between_the_two_renames_of_an_overwrite_is_mended(tmp_path: Path) -> None:
    write(tmp_path / "m")
    (tmp_path / "m").rename(tmp_path / ".m.old-0123456789ab")
    with pytest.raises(UserError):
        write_artefact(
            tmp_path / "m",
            classes=["a"],
            student={"kind": "nano"},
            weights={},
            extra_files={"x": tmp_path / "nowhere"},
        )
    assert read_artefact(tmp_path / "m").weight("bias") == 1.0
