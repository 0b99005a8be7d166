"""evaluate, explain, info, and what all verbs share: help, exit codes, faults, Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import nanonet as package
from nanonet.cli import cli

TEST = "text,label\nmy parcel,delivery\nmoney back,refund\nmoney,delivery\nlate,delivery\n"


def test_evaluate_json(nanonet, model, tmp_path):
    (tmp_path / "t.csv").write_text(TEST)
    code, out, err = nanonet("evaluate", model, "t.csv", "--json")
    assert (code, err) == (0, "")
    scores = json.loads(out)
    assert {"rows", "accuracy", "macro_f1", "ece", "log_loss"} <= set(scores)
    assert (scores["rows"], scores["accuracy"]) == (4, 0.75)
    texts, truth = zip(*(line.split(",") for line in TEST.splitlines()[1:]), strict=True)
    classifier = package.load(model)
    proba = classifier.predict_proba(list(texts))
    chosen = [p[classifier.classes_.index(y)] for p, y in zip(proba, truth, strict=True)]
    assert scores["log_loss"] == pytest.approx(-np.log(chosen).mean(), rel=1e-5)
    assert scores["classes"]["refund"] == pytest.approx(
        {"precision": 0.5, "recall": 1.0, "f1": 2 / 3, "rows": 1}
    )


def test_evaluate_for_a_person(nanonet, model, tmp_path):
    (tmp_path / "t.csv").write_text(TEST)
    code, out, _ = nanonet("evaluate", model, "t.csv")
    assert code == 0
    assert "accuracy    0.7500" in out
    assert "delivery" in out.splitlines()[-2]


def test_evaluate_names_labels_the_model_does_not_know(nanonet, model, tmp_path):
    (tmp_path / "t.csv").write_text(TEST + "x,Refund\ny,spam\n")
    code, _, err = nanonet("evaluate", model, "t.csv")
    assert code == 2
    assert "'Refund', 'spam'; it knows 'delivery', 'refund'" in err


def test_explain(nanonet, model):
    code, out, _ = nanonet("explain", model, "my money is late, money!")
    assert code == 0
    assert out.startswith("refund")
    assert out.splitlines()[2].split() == [f"{2 * 127 * 0.05 / np.sqrt(15):+.3f}", "money"]
    code, out, _ = nanonet("explain", model, "my parcel", "--json", "--top", "1")
    found = json.loads(out)
    assert found["label"] == "delivery"
    assert found["evidence"][0]["text"] == "parcel"
    total = found["bias"] + found["rest"] + sum(e["contribution"] for e in found["evidence"])
    assert total == pytest.approx(found["logit"], abs=1e-5)


def test_info(nanonet, model):
    code, out, _ = nanonet("info", model)
    assert out.splitlines()[-1].startswith("runs here with: ")
    assert code == 0
    assert "2 classes: delivery, refund" in out
    assert "seed: 7" in out
    code, out, _ = nanonet("info", model, "--json")
    assert json.loads(out)["classes"] == ["delivery", "refund"]


def test_info_refuses_a_damaged_model(nanonet, model, tmp_path):
    import shutil

    shutil.copytree(model, tmp_path / "broken")
    with open(tmp_path / "broken" / "weights.safetensors", "r+b") as weights:
        weights.seek(-1, os.SEEK_END)
        weights.write(b"\x07")
    code, _, err = nanonet("info", "broken")
    assert code == 2
    assert "weights.safetensors" in err


@pytest.mark.parametrize("verb", sorted(cli.commands))
def test_help_has_examples_and_json_is_everywhere(nanonet, verb):
    code, out, _ = nanonet(verb, "--help")
    assert code == 0
    assert "Examples:" in out
    assert f"nanonet {verb} " in out.split("Examples:")[1]
    assert "--json" in out


def test_version_help_and_unknown_verbs(nanonet):
    assert nanonet("--version") == (0, f"nanonet {package.__version__}\n", "")
    assert nanonet("-h")[0] == 0
    assert nanonet()[0] == 2
    code, _, err = nanonet("train")
    assert code == 2
    assert err.startswith("error: No such command 'train'")


def test_a_fault_of_ours_is_one_line_and_debug_shows_where(nanonet, model, tmp_path, monkeypatch):
    def broken(path):
        raise ZeroDivisionError("in\nside")

    monkeypatch.setattr("nanonet.artefact.read_artefact", broken)
    code, _, err = nanonet("info", model)
    assert code == 1
    assert err.startswith("error: a fault in nanonet (ZeroDivisionError: in side); ")
    assert err.endswith("`nanonet --debug ...` shows where\n")
    code, _, err = nanonet("--debug", "info", model)
    assert code == 1
    assert "Traceback" in err


def test_ctrl_c_leaves_with_130_and_no_half_written_file(model, tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-m", "nanonet", "predict", model, "-", "--out", tmp_path / "o.csv"],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    child.stdin.write(b"text\n" + b"my parcel\n" * 5000)
    child.stdin.flush()
    deadline = time.monotonic() + 30
    while not any(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)  # it is at work once the temporary file is there
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=30)
    assert child.returncode == 130
    assert err.decode().startswith("stopped; ")
    assert err.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []
