"""The bar of predict, on a real pseudo-terminal: rows, rate, share done and time left."""

import os
import re
import subprocess
import sys
import threading

import pytest

from _command import ENVIRONMENT

pytestmark = pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
# The machine may be quicker than the bar is drawn; a chunk that takes a while is not.
SLOW = """
import sys, time
from nanonet.cli import run
from nanonet.runtime import Classifier
real = Classifier.predict_proba
def slow(self, texts):
    time.sleep(0.15)
    return real(self, texts)
Classifier.predict_proba = slow
sys.exit(run(sys.argv[1:]))
"""


def _drawn(*arguments, **streams):
    ours, theirs = os.openpty()
    parts = []

    def read():
        try:
            while part := os.read(ours, 1 << 16):
                parts.append(part)
        except OSError:  # the other end is closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    environment = {**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-c", SLOW, *map(str, arguments)]
    done = subprocess.run(command, env=environment, stderr=theirs, timeout=60, **streams)
    os.close(theirs)
    reader.join(10)
    os.close(ours)
    assert done.returncode == 0
    return b"".join(parts).decode()


@pytest.fixture
def table(tmp_path):
    (tmp_path / "t.csv").write_text("text\n" + "".join(f"my parcel {i}\n" for i in range(20_000)))
    return tmp_path / "t.csv"


def test_a_file_has_rows_rate_share_and_time_left(model, table, tmp_path):
    drawn = _drawn("predict", model, table, "--out", tmp_path / "o.csv")
    assert "labelling" in drawn
    assert re.search(r"\d+,\d{3} rows, [\d,]+ rows/s", drawn)
    assert re.search(r"\d+%", drawn)
    assert re.search(r"0:00:0\d", drawn)
    assert drawn.count("\x1b[?25l") == drawn.count("\x1b[?25h") > 0  # the cursor is back


def test_a_pipe_has_rows_and_rate_but_no_time_left(model, table, tmp_path):
    with open(table, "rb") as rows:
        drawn = _drawn("predict", model, "-", "--out", tmp_path / "o.csv", stdin=rows)
    assert re.search(r"\d+,\d{3} rows, [\d,]+ rows/s", drawn)
    assert not re.search(r"0:00:0\d", drawn)


def test_rows_are_not_mixed_with_a_bar(model, table, tmp_path):
    with open(tmp_path / "o.csv", "wb") as out:
        _drawn("predict", model, table, stdout=out)
    assert "\x1b" not in (tmp_path / "o.csv").read_text()
