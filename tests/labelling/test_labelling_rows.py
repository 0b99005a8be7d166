"""Rows are on the disk when ``add`` returns, and whole whatever happens."""

import json
import os

import pytest

from nanonet.data import read_labelled
from nanonet.errors import UserError
from nanonet.labelling import NotKept, RowFile

NEEDED = ("text", "label")
ODD = ["<script>alert(1)</script>", "中文 🙂 \u2028 line", "half \ud800 a character", "a\r\nb\t\"'"]


def row(text, label="a"):
    return {"text": text, "label": label}


def test_what_was_added_is_read_again(tmp_path):
    path = tmp_path / "answers.jsonl"
    file = RowFile(path, NEEDED)
    for text in ODD:
        file.add(row(text))
        assert json.loads(path.read_bytes().splitlines()[-1]) == row(text), "before it returns"
    file.close()
    again = RowFile(path, NEEDED)
    assert again.rows == [row(text) for text in ODD]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_any_row_can_be_taken_out_and_the_file_goes_on(tmp_path, at):
    path = tmp_path / "answers.jsonl"
    file = RowFile(path, NEEDED)
    for text in "xyz":
        file.add(row(text))
    assert file.remove(at) == row("xyz"[at])
    file.add(row("new", "b"))
    file.remove(0)
    file.add(row("last", "b"))
    left = [*[c for c in "xyz" if c != "xyz"[at]][1:], "new", "last"]
    assert [one["text"] for one in file.rows] == left
    file.close()
    assert RowFile(path, NEEDED).rows == file.rows
    assert not list(tmp_path.glob("*.tmp")), "nothing is left beside it"


def test_half_a_line_is_cut_off_and_a_whole_one_without_its_end_is_kept(tmp_path):
    path = tmp_path / "answers.jsonl"
    whole = json.dumps(row("whole")).encode()
    path.write_bytes(whole + b"\n" + b'{"text": "ha')
    file = RowFile(path, NEEDED)
    assert file.rows == [row("whole")]
    file.add(row("more", "b"))
    file.close()
    path.write_bytes(path.read_bytes()[:-1])
    file = RowFile(path, NEEDED)
    file.add(row("third"))
    file.close()
    assert read_labelled(path).texts == ("whole", "more", "third")


@pytest.mark.parametrize(
    "line", [b"[]", b'{"text": "x"}', b'{"text": "x", "label": ""}', b"", b"x"]
)
def test_a_file_that_is_something_else_is_left_alone(tmp_path, line):
    path = tmp_path / "answers.jsonl"
    content = json.dumps(row("a")).encode() + b"\n" + line + b"\n"
    path.write_bytes(content)
    with pytest.raises(UserError, match="line 2"):
        RowFile(path, NEEDED)
    assert path.read_bytes() == content


@pytest.mark.skipif(os.name != "posix", reason="there are no file locks here")
def test_one_at_a_time_also_after_a_row_was_taken_out(tmp_path):
    path = tmp_path / "answers.jsonl"
    file = RowFile(path, NEEDED)
    for text in "xyz":
        file.add(row(text))
    file.remove(0)
    with pytest.raises(UserError, match="another nanonet writes to it"):
        RowFile(path, NEEDED)
    file.close()
    assert len(RowFile(path, NEEDED).rows) == 2


def test_a_full_disk_keeps_nothing_of_the_row(tmp_path, monkeypatch):
    path = tmp_path / "answers.jsonl"
    file = RowFile(path, NEEDED)
    file.add(row("first"))

    def full(number):
        raise OSError(28, "No space left on device")

    before = os.fsync
    monkeypatch.setattr(os, "fsync", lambda n: before(n) if calls.pop() else full(n))
    calls = [True, False]  # taken from the end: the row's own sync fails, the cut's does not
    with pytest.raises(NotKept, match="No space left"):
        file.add(row("second"))
    monkeypatch.undo()
    assert file.rows == [row("first")]
    assert path.read_bytes().count(b"\n") == 1
    file.add(row("third"))
    file.close()
    assert [one["text"] for one in RowFile(path, NEEDED).rows] == ["first", "third"]


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        RowFile(tmp_path / "none" / "answers.jsonl", NEEDED)
