"""What is written is what is read, byte for byte the same each time, and the card says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nanonet import __version__
from nanonet.artefact import FORMAT_VERSION, model_card, read_artefact, write_artefact
from nanonet.errors import UserError

WEIGHTS = {
    "keys": np.arange(5, dtype=np.uint32),
    "rows": np.arange(10, dtype=np.int8).reshape(5, 2),
    "bias": np.array([0.5, -0.5], np.float32),
}
FACTS: dict[str, Any] = {
    "classes": ["sport", "wörld `news`"],
    "student": {"kind": "nano", "featuriser": {"version": 1}},
    "calibration": {"kind": "temperature", "temperature": 0.75},
    "thresholds": {"abstain": 0.5},
    "provenance": {
        "labelled": {"rows": 20, "per_class": {"sport": 12}, "fingerprint": "ab" * 32},
        "pool": {"rows": 20_000, "fingerprint": "cd" * 32},
        "encoder": {"name": "all-MiniLM-L6-v2"},
        "effort": "quick",
        "seed": np.int64(3),
        "gate": {"chosen": "cohort", "why": "better by\n.08"},
        "expected": {"accuracy": 0.871, "low": 0.8, "high": 0.9, "how": "on hidden halves"},
        "notes": ["one class has few texts"],
        "versions": {"torch": "2.13.0"},
    },
}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_everything_comes_back(tmp_path: Path) -> None:
    extra = tmp_path / "vocabulary.txt"
    extra.write_text("one\ntwo\n")
    out = tmp_path / "new" / "model"
    assert write_artefact(out, weights=WEIGHTS, extra_files={"v.txt": extra}, **FACTS) == out
    artefact = read_artefact(out)
    manifest = artefact.manifest
    assert manifest["format"] == "nanonet"
    assert manifest["format_version"] == FORMAT_VERSION
    assert manifest["nanonet_version"] == __version__
    assert manifest["task"] == "single-label"
    for key in ("classes", "student", "calibration", "thresholds", "provenance"):
        assert manifest[key] == FACTS[key]
    assert set(artefact.weights) == set(WEIGHTS)
    for name, array in WEIGHTS.items():
        assert artefact.weight(name).dtype == array.dtype
        assert np.array_equal(artefact.weight(name), array)
    assert set(contents(out)) == {"model.json", "weights.safetensors", "README.md", "v.txt"}
    assert artefact.file("v.txt").read_text() == "one\ntwo\n"
    assert artefact.size_bytes == sum(len(v) for k, v in contents(out).items() if k != "model.json")
    assert not list(out.parent.glob(".*"))


def test_the_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    write_artefact(tmp_path / "a", weights=WEIGHTS, **FACTS)
    reordered = dict(reversed(WEIGHTS.items()))
    transposed_twice = {k: np.asfortranarray(v) for k, v in reordered.items()}
    write_artefact(tmp_path / "b", weights=transposed_twice, **FACTS)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_overwriting_replaces_the_whole_folder(tmp_path: Path) -> None:
    extra = tmp_path / "x"
    extra.write_text("x")
    write_artefact(tmp_path / "m", weights=WEIGHTS, extra_files={"x": extra}, **FACTS)
    write_artefact(tmp_path / "m", weights={"keys": WEIGHTS["keys"]}, overwrite=True, **FACTS)
    assert set(read_artefact(tmp_path / "m").weights) == {"keys"}
    assert not (tmp_path / "m" / "x").exists()
    assert {p.name for p in tmp_path.iterdir()} == {"m", "x"}


def test_facts_that_are_not_json_are_refused(tmp_path: Path) -> None:
    for bad in (object(), float("nan"), "\ud800"):
        with pytest.raises(UserError, match="JSON"):
            write_artefact(tmp_path / "m", weights=WEIGHTS, **{**FACTS, "provenance": {"x": bad}})
        assert list(tmp_path.iterdir()) == []


def test_the_card_states_the_facts_and_no_more(tmp_path: Path) -> None:
    card = (write_artefact(tmp_path / "m", weights=WEIGHTS, **FACTS) / "README.md").read_text(
        encoding="utf-8"
    )
    for expected in (
        "# A text classifier with 2 classes",
        "- `sport`: 12 labelled texts",
        "- `` wörld `news` ``\n",
        "- 20,000 unlabelled texts (fingerprint cdcdcdcdcdcdcdcd)",
        "- encoder while learning: `all-MiniLM-L6-v2`",
        "- the gate chose *cohort*: better by .08",
        "About 0.871 (interval 0.800 to 0.900), on hidden halves.",
        "- one class has few texts",
        "one temperature, 0.750",
        "nanonet predict MODEL",
        'nanonet.load("MODEL")',
        "| weights.safetensors | 0.2 kB |",
        "torch 2.13.0",
    ):
        assert expected in card, expected
    bare = write_artefact(
        tmp_path / "bare", weights=WEIGHTS, classes=["a", "b"], student={"kind": "micro"}
    )
    text = (bare / "README.md").read_text(encoding="utf-8")
    assert "Not measured." in text
    assert "unlabelled" not in text
    assert "onnxruntime" in text


def test_a_card_with_very_many_classes_stays_short(tmp_path: Path) -> None:
    names = [f"class {i}" for i in range(1_000)]
    write_artefact(tmp_path / "m", weights=WEIGHTS, classes=names, student={"kind": "nano"})
    card = model_card(read_artefact(tmp_path / "m").manifest)
    assert "and 800 more" in card
    assert card.count("- `class") == 200
