"""Bars on a terminal only: a real pseudo-terminal on one side, a pipe on the other."""

import os
import subprocess
import sys

import pytest

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


def _run(stderr):
    return subprocess.run(
        [sys.executable, "-c", STEP], stdout=subprocess.PIPE, stderr=stderr, timeout=60, check=True,
        env={**os.environ, "TERM": "xterm"},
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
