"""nanonet condense from end to end with a tiny encoder: the folder, the exports, fit on it."""

import json

import pytest

from _condensed import corpus
from nanonet.cli import run


@pytest.fixture
def nanonet(capfd, tmp_path, monkeypatch):
    """Run a command in an empty folder; returns its exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        return code, *capfd.readouterr()

    return call


def test_condense_export_and_fit(nanonet, tmp_path, tiny):
    tiny = ["--encoder", tiny[0], "--cache-dir", tiny[1]]
    texts, labels = corpus()
    lines = [json.dumps({"text": t, "label": c}) for t, c in zip(texts, labels, strict=True)]
    (tmp_path / "table.jsonl").write_text("\n".join(lines))
    (tmp_path / "test.txt").write_text("\n".join(texts[:20]))
    code, out, err = nanonet(
        "condense", "table.jsonl", "--rate", ".05", "--test", "test.txt", "--out", "few", *tiny
    )
    assert code == 0, err
    assert "whole table" in out
    assert "random-soft" in out
    assert "also test texts, dropped from training" in out
    code, out, err = nanonet("condense", "few", "--format", "prompt", "--out", "prompt.txt")
    assert code == 0, err
    assert (tmp_path / "prompt.txt").read_text().startswith("Classify the text.")
    assert nanonet("condense", "few", "--format", "jsonl", "--out", "few.jsonl")[0] == 0
    assert (tmp_path / "few.jsonl").read_bytes() == (tmp_path / "few" / "rows.jsonl").read_bytes()
    code, out, err = nanonet("condense", "few", "--out", "again")
    assert (code, "condensed already" in err) == (2, True)
    code, out, err = nanonet("fit", "few", "--out", "model", *tiny)
    assert code == 0, err
    assert "condensed" in out
    assert nanonet("info", "model")[0] == 0
    code, out, err = nanonet("fit", "few", "--effort", "normal", "--out", "other", *tiny)
    assert (code, "leave out --effort" in err) == (2, True)
