"""Kill -9 in the middle of answering, again and again: no answered label is lost or doubled."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from http.client import HTTPException
from pathlib import Path

import pytest

from _command import started
from _labelling import answers_in, pool_of
from _serving import Server

ROUNDS, TABS = 4, 3
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


class Person(threading.Thread):
    """Answers as fast as the server allows; knows which answers it was told were kept."""

    def __init__(self, server, tab, told, pending):
        super().__init__()
        self.server, self.tab, self.told, self.pending = server, tab, told, pending

    def run(self):
        try:
            if self.pending is not None:  # what was under way when the server died is sent again
                self.send(*self.pending)
            found = self.post("next")
            while found is not None and found["text"] is not None:
                row, text = found["text"]["row"], found["text"]["text"]
                found = self.send(row, text, random.Random(text).choice("ab"))
        except (OSError, HTTPException):
            pass  # killed

    def send(self, row, text, label):
        self.pending = row, text, label
        found = self.post("answer", row=row, label=label)
        if found is not None:
            self.told[text] = label
        self.pending = None
        return found or self.post("next")

    def post(self, action, **fields):
        status, found = self.server.post(f"/label/{action}", {"tab": self.tab, **fields})
        assert status in (200, 409), found
        return found if status == 200 else None


def test_no_answer_is_lost_or_doubled(tmp_path, encoder_cache):
    texts = [f"text number {i}" for i in range(4000)]
    line = ("serve", "--label", pool_of(tmp_path, texts), "--answers", tmp_path / "answers.jsonl",
            "--classes", "a,b", "--cache-dir", encoder_cache, "--port", 0, "--json")  # fmt: skip
    told, waiting = {}, [None] * TABS
    for turn in range(ROUNDS):
        process = started(*line)
        server = Server(process)
        people = [Person(server, f"person-{i}", told, waiting[i]) for i in range(TABS)]
        for person in people:
            person.start()
        time.sleep(0.3 + 0.2 * turn)
        children = _children(process.pid)
        process.kill()
        process.communicate()
        for person in people:
            person.join()
        waiting = [person.pending for person in people]
        assert children
        _gone(children)
        _check(answers_in(tmp_path / "answers.jsonl"), told, waiting)
    assert len(told) > 10 * ROUNDS


def _check(rows, told, waiting):
    kept = {row["text"]: row["label"] for row in rows}
    twice = [text for text, count in Counter(row["text"] for row in rows).items() if count > 1]
    assert not twice
    lost = {text: label for text, label in told.items() if kept.get(text) != label}
    assert not lost
    under_way = {one[1] for one in waiting if one is not None}
    assert set(kept) - set(told) <= under_way, "nothing that nobody answered"


def _children(pid):
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def _gone(pids, seconds=30):
    """The processes beside a server do not outlive it."""
    end = time.monotonic() + seconds
    while any(_lives(pid) for pid in pids):
        assert time.monotonic() < end, "a process of the server lives on"
        time.sleep(0.05)


def _lives(pid):
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
