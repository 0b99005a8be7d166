"""Bars on a terminal only: a real pseudo-terminal on one side, a pipe on the other."""

import os
import subprocess
import sys

import pytest

from _counter import Counter
from nanonet.progress import describe

STEP = """
import sys
from nanonet.cli._progress import terminal_progress
progress = terminal_progress()
progress.start("encoding the pool", 40)
for _ in range(4):
    progress.advance(10)
progress.finish()
progress.finish()
print("rich" in sys.modules)
"""


TRAINING = """
import time
from nanonet.cli._progress import terminal_progress
from nanonet.progress import describe
progress = terminal_progress()
describe(progress, "too early")
progress.start("distilling", 3)
for step in range(3):
    time.sleep(0.15)
    describe(progress, f"teacher 0.{step}12, [bold]nano 0.4; students differ on {step}.0%")
    progress.advance()
time.sleep(0.15)
progress.start("next", 2)
time.sleep(0.15)
progress.finish()
"""


def _run(stderr, code=STEP):
    return subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=stderr, timeout=60, check=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )  # fmt: skip


def test_nothing_is_drawn_or_loaded_without_a_terminal():
    done = _run(subprocess.PIPE)
    assert (done.stdout, done.stderr) == (b"False\n", b"")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_a_bar_is_drawn_on_a_terminal_and_cleared():
    ours, theirs = os.openpty()
    try:
        done = _run(theirs)
        drawn = os.read(ours, 1 << 16)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout == b"True\n"
    assert b"encoding the pool" in drawn
    assert b"/40" in drawn
    assert drawn.count(b"\x1b[?25l") == drawn.count(b"\x1b[?25h") > 0  # the cursor is back


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_what_a_step_says_stands_below_its_bar_and_goes_with_it():
    ours, theirs = os.openpty()
    try:
        _run(theirs, TRAINING)
        drawn = os.read(ours, 1 << 16).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "too early" not in drawn
    for step in range(3):
        assert f"teacher 0.{step}12, [bold]nano 0.4; students differ on {step}.0%" in drawn
    before, after = drawn.split("next", 1)
    assert before.index("distilling") < before.index("teacher")
    assert "teacher" not in after


def test_without_a_terminal_nothing_is_said():
    done = _run(subprocess.PIPE, TRAINING)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_listener_without_describe_is_left_alone():
    progress = Counter()
    describe(progress, "half way")
    assert (progress.totals, progress.done, progress.finished) == ([], 0, 0)
