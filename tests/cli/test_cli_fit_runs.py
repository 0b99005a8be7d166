"""nanonet fit from end to end on the demo corpus, as a person runs it."""

from __future__ import annotations

import json

import pytest

from _command import finished
from _corpus import CORPUS

FIT = ("fit", CORPUS / "labelled.csv", "--pool", CORPUS / "pool.csv", "--test", CORPUS / "test.csv")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def fitted(home, encoder_cache):
    """One run for people (nano) and one for programs (micro, with class names)."""
    cache = ("--cache-dir", encoder_cache)
    people = finished(*FIT, *cache, "--student", "nano", "--out", home / "nano")
    named = ("--classes", CORPUS / "classes.toml", "--student", "micro", "--json")
    return people, finished(*FIT, *cache, *named, "--out", home / "micro")


def test_what_a_person_is_told(fitted, home):
    code, out, err = fitted[0]
    assert (code, err) == (0, "")
    assert "learned from   40 labelled texts in 8 classes and 718 unlabelled ones" in out
    assert "\ngate " in out
    assert "\nexpected " in out
    assert "\nstudent        nano, " in out
    assert f"on {CORPUS / 'test.csv'}:" in out
    assert f"written to {home / 'nano'}" in out
    assert sorted(file.name for file in (home / "nano").iterdir()) == [
        "README.md",
        "model.json",
        "weights.safetensors",
    ]


def test_what_a_program_is_told(fitted, home):
    code, out, err = fitted[1]
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert out.count("\n") == 1
    assert told["model"] == str(home / "micro")
    assert told["labelled"]["rows"] == 40
    assert told["student"]["kind"] == "micro"
    assert told["derived"]["names"]["value"].startswith("weight ")
    assert told["test"]["rows"] == 242
    assert told["test"]["accuracy"] > 0.7


@pytest.mark.parametrize("kind", ["nano", "micro"])
def test_the_scores_are_those_of_the_written_folder(fitted, home, kind):
    code, out, err = finished("evaluate", home / kind, CORPUS / "test.csv", "--json")
    assert (code, err) == (0, "")
    scores = json.loads(out)
    if kind == "micro":
        assert scores == json.loads(fitted[1][1])["test"]
    else:
        assert f"accuracy  {scores['accuracy']:>8.4f}" in fitted[0][1]
        assert scores["accuracy"] > 0.5


def test_the_model_predicts_and_explains(fitted, home):
    code, out, _ = finished("predict", home / "nano", CORPUS / "test.csv")
    assert code == 0
    assert len(out.splitlines()) >= 243
    code, out, _ = finished("info", home / "nano", "--json")
    assert code == 0
    assert json.loads(out)["provenance"]["pool"]["rows"] == 718
    code, out, _ = finished("explain", home / "nano", "the printer does not print")
    assert (code, "print" in out) == (0, True)


def test_a_taken_place_is_left_alone_unless_forced(fitted, home, encoder_cache):
    before = (home / "nano" / "model.json").read_bytes()
    again = (*FIT, "--cache-dir", encoder_cache, "--student", "nano", "--out", home / "nano")
    code, out, err = finished(*again, "--seed", "1")
    assert (code, out) == (2, "")
    assert "exists already" in err
    assert (home / "nano" / "model.json").read_bytes() == before
    assert finished(*again, "--seed", "1", "--force")[0] == 0
    assert (home / "nano" / "model.json").read_bytes() != before
    assert sorted(path.name for path in home.iterdir()) == ["micro", "nano"]


def test_names_and_a_pool_alone(home, encoder_cache, tmp_path):
    code, out, err = finished(
        "fit", "--classes", CORPUS / "classes.toml", "--pool", CORPUS / "pool.csv",
        "--test", CORPUS / "test.csv", "--cache-dir", encoder_cache, "--out", tmp_path / "m",
        "--json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["labelled"]["rows"] == 0
    assert told["test"]["accuracy"] > 0.55
