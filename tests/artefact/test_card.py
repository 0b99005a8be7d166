"""The card's YAML head is what the Hub reads, and holds only what the manifest says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nanonet.artefact import front_matter, model_card, model_facts, read_artefact, write_artefact

WEIGHTS = {"keys": np.arange(5, dtype=np.uint32)}
TOLD = {
    "encoder": {"name": "all-MiniLM-L6-v2"},
    "expected": {"accuracy": 0.871, "low": 0.8, "high": 0.9, "how": "on hidden halves"},
    "gate": {"chosen": "cohort", "why": "better", "hidden": 20},
}


def _manifest(folder: Path, **provenance: object) -> dict:
    path = write_artefact(
        folder / "m",
        classes=["a: b", "c"],
        student={"kind": "micro"},
        weights=WEIGHTS,
        provenance=provenance,
    )
    return read_artefact(path).manifest


def test_the_hub_reads_the_head(tmp_path: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    data = hub.ModelCard(model_card(_manifest(tmp_path, **TOLD))).data
    assert data.library_name == "nanonet"
    assert data.pipeline_tag == "text-classification"
    assert data.base_model == "sentence-transformers/all-MiniLM-L6-v2"
    assert data.tags == ["nanonet", "text-classification", "nanonet-micro"]
    (result,) = data.eval_results
    assert (result.metric_type, result.metric_value) == ("accuracy", 0.871)
    assert "20 hidden labels" in result.metric_name
    assert data.license is None
    assert data.language is None


def test_without_facts_the_head_claims_nothing(tmp_path: Path) -> None:
    head = model_card(_manifest(tmp_path)).split("---\n")[1]
    assert "model-index" not in head
    assert "base_model" not in head


def test_any_string_survives_the_head() -> None:
    yaml = pytest.importorskip("yaml")
    values = {"a": 'he said: "no" # yes', "b": ["- x", "null", "wörld"], "c": {"d": [{"e": 1}]}}
    assert yaml.safe_load(front_matter(values).replace("---\n", "")) == values


def test_facts_of_a_foreign_shape_are_left_out(tmp_path: Path) -> None:
    facts = model_facts(_manifest(tmp_path, labelled=[1], gate="cohort", notes="one", seed=3))
    assert (facts.labelled, facts.gate, facts.notes, facts.seed) == ({}, {}, (), 3)
    assert facts.classes == ("a: b", "c")
