"""The README's five minutes run as they are written, on the demo corpus."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nanonet.data import read_classes

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
TOUR = README.split("## Five minutes")[1].split("## How it works")[0]


def test_the_class_file_shown_is_one(tmp_path):
    (tmp_path / "classes.toml").write_text(re.search(r"```toml\n(.*?)```", TOUR, re.S).group(1))
    assert [spec.name for spec in read_classes(tmp_path / "classes.toml")] == [
        "fines_and_fees",
        "rooms_and_events",
    ]


@pytest.mark.slow
def test_the_tour_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("labelled.csv", "pool.csv", "test.csv", "classes.toml"):
        shutil.copy(ROOT / "examples" / "corpus" / name, tmp_path)
    shutil.copy(tmp_path / "pool.csv", tmp_path / "new.csv")
    commands = re.search(r"```\n(nanonet fit.*?)```", TOUR, re.S).group(1).splitlines()
    assert len(commands) == 5
    printed = [_run(tmp_path, "-m", "nanonet", *shlex.split(line)[1:]) for line in commands]
    assert len((tmp_path / "answers.csv").read_text("utf-8").splitlines()) == 719
    said = _run(tmp_path, "-c", re.search(r"```python\n(.*?)```", TOUR, re.S).group(1))
    lines = {line[:14].strip() for line in (printed[0] + said).splitlines()}
    for line in re.findall(r"^\| `([\w ]+)` \|", TOUR.split("### The gate")[0], re.M):
        assert line in lines, line


def test_the_command_that_labels_opens_its_page(tmp_path, encoder_cache):
    pytest.importorskip("uvicorn", reason="serving needs the serve extra")
    from _serving import serving

    for name in ("pool.csv", "classes.toml"):
        shutil.copy(ROOT / "examples" / "corpus" / name, tmp_path)
    line = re.search(r"^nanonet serve (--label .+)$", README, re.M).group(1)
    files = {name: tmp_path / name for name in ("pool.csv", "classes.toml", "answers.jsonl")}
    arguments = [files.get(word, word) for word in shlex.split(line)]
    with serving(*arguments, "--cache-dir", encoder_cache) as server:
        assert server.call("GET", "/label")[0] == 200
        status, found = server.post("/label/next", {"tab": "tab-of-a-test"})
    assert status == 200
    assert len(found["progress"]["classes"]) == 8
    assert found["text"]["text"]


def _run(folder, *arguments):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
