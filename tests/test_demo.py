"""The demonstration stops at the first command that fails, and runs to its end."""

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def demo():
    spec = importlib.util.spec_from_file_location("demo", ROOT / "examples" / "demo.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_command_that_fails_stops_the_demo(demo, capfd):
    with pytest.raises(demo.DemoError, match="`nanonet info` left with exit code 2"):
        demo.step("What is not there", "info", "no-such-model")
    out, err = capfd.readouterr()
    assert "$ nanonet info no-such-model" in out
    assert "no model at no-such-model" in err


@pytest.mark.slow
def test_the_demo_runs_in_two_minutes_from_an_empty_cache(tmp_path):
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py"],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - begin < 120
    accuracy, student, seconds = done.stdout.splitlines()[-3:]
    assert accuracy.startswith("accuracy ")
    assert student.startswith("student ")
    assert seconds.startswith("time ")
