"""Efforts over quick refuse in one sentence, with exit code 2, what they cannot work with."""

from __future__ import annotations

import json
import shutil
import time

import pytest

from _bars import At, take_all_memory
from _order import task
from _tiny import tiny_encoder
from nanonet.cli import run

pytest.importorskip("torch", reason="tuning an encoder needs torch")

TEXTS, LABELS, POOL = task()


@pytest.fixture
def command(tmp_path, monkeypatch, capfd):
    """``nanonet fit --effort normal`` on the task of word order: exit code, output, error."""
    monkeypatch.chdir(tmp_path)
    rows = [f'"{text}",{label}' for text, label in zip(TEXTS, LABELS, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["text,label", *rows]))
    (tmp_path / "p.txt").write_text("\n".join(POOL))

    def call(*more):
        capfd.readouterr()  # what making an encoder wrote
        start = ("fit", "t.csv", "--pool", "p.txt", "--out", "model", "--effort", "normal")
        code = run([*start, *map(str, more)])
        return (code, *capfd.readouterr())

    return call


def refused(answer, *words):
    code, out, err = answer
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert all(word in err for word in words), err
    return True


@pytest.mark.parametrize("name", ["./nowhere", "nobody/no-such-encoder"])
def test_an_encoder_that_is_not_there_is_told_at_once(command, tmp_path, monkeypatch, name):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    begun = time.monotonic()
    assert refused(command("--encoder", name, "--cache-dir", tmp_path / "c"), name)
    assert time.monotonic() - begun < 5
    assert not list(tmp_path.rglob("*.onnx"))


def test_an_encoder_of_an_unknown_architecture(command, tmp_path):
    folder = tiny_encoder(tmp_path / "odd")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "nonsense"}))
    assert refused(command("--encoder", folder, "--cache-dir", tmp_path / "c"), "odd")


def test_an_encoder_in_which_there_is_nothing_to_tune(command, tmp_path):
    """GPT-2 has convolutions where others have linear layers, and no update is made for those."""
    transformers = pytest.importorskip("transformers", reason="makes an encoder")
    tiny_encoder(tmp_path / "tiny")
    config = transformers.GPT2Config(vocab_size=200, n_embd=32, n_layer=2, n_head=2)
    transformers.GPT2Model(config).save_pretrained(tmp_path / "gpt")
    shutil.copy(tmp_path / "tiny" / "tokenizer.json", tmp_path / "gpt")
    answer = command("--encoder", tmp_path / "gpt", "--cache-dir", tmp_path / "c")
    assert refused(answer, "gpt", "GPT2Model", "another --encoder, or --effort quick")
    assert not list(tmp_path.rglob("*.onnx"))


def test_lack_of_memory(command, deep, tiny, cache, monkeypatch):
    bar = At("warming", 2, take_all_memory)
    monkeypatch.setattr("nanonet.cli._progress.terminal_progress", lambda: bar)
    answer = command("--encoder", tiny, "--cache-dir", cache, "--seed", "1")
    assert refused(answer, "memory ran out", "--effort quick")


def test_a_cache_folder_that_cannot_be_written(command, deep, tiny, cache):
    (cache / "runs").write_text("in the way")
    answer = command("--encoder", tiny, "--cache-dir", cache, "--seed", "1")
    assert refused(answer, "cannot write", "--cache-dir")


def test_the_command_does_what_the_call_does(command, deep, whole, tiny, cache, tmp_path):
    more = ("--encoder", tiny, "--cache-dir", cache, "--seed", "1", "--student", "micro")
    code, out, err = command(*more)
    assert (code, err) == (0, "")
    told = [line for line in whole.fitted.report.summary().splitlines() if " µs " not in line]
    assert set(told) <= set(out.splitlines())  # what a clock says differs from run to run
    files = {file.name: file.read_bytes() for file in (tmp_path / "model").iterdir()}
    assert files == {file.name: file.read_bytes() for file in whole.model.iterdir()}
    assert run(["info", "model"]) == 0
