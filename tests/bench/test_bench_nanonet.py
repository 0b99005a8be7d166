"""nanonet as a method of the benchmark: its figures are those of ``nanonet evaluate``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bench.protocol import Draw, draw, load
from click.testing import CliRunner

from bench import nanonet_method, runtime
from nanonet.artefact import write_artefact
from nanonet.cli import cli
from nanonet.runtime import load as load_model
from nanonet.text import GramSpec, featurise, pack_ids


@pytest.fixture
def drawn(small_data: Path) -> Draw:
    return draw(*load("trec6", small_data), 5, 0)


@pytest.fixture
def model(drawn: Draw, tmp_path: Path) -> Path:
    """A nano student with arbitrary weights for the grams of the test texts."""
    spec = GramSpec()
    keys = np.unique(featurise(drawn.test.texts, spec).ids)
    random = np.random.default_rng(0)
    weights = {
        "keys": pack_ids(keys),
        "rows": random.integers(-127, 128, (len(keys), 2)).astype(np.int8),
        "scales": np.zeros(len(keys), np.uint8),
        "unit": np.array([0.02 / 16], np.float32),
        "bias": np.zeros(2, np.float32),
    }
    student = {"kind": "nano", "featuriser": spec.to_dict()}
    return write_artefact(
        tmp_path / "model", classes=list(drawn.classes), student=student, weights=weights
    )


def test_figures_are_those_of_the_evaluate_command(model, drawn, small_data) -> None:
    found = nanonet_method._evaluate(load_model(model), drawn)
    table = str(small_data / "trec6" / "test.parquet")
    printed = CliRunner().invoke(cli, ["evaluate", str(model), table, "--json"])
    expected = json.loads(printed.stdout)
    assert found["student"] == "nano"
    assert found["figures"] == pytest.approx({key: expected[key] for key in found["figures"]})


def test_costs_of_a_saved_model(model, tmp_path) -> None:
    costs = runtime.process_costs(model, tmp_path, rounds=1)
    # Of the processor: by the wall clock another process can make a bare Python the slower one.
    assert 0 < costs["import"]["added_cpu_s"] < costs["cold_predict"]["cpu_s"]
    assert costs["cold_predict"]["peak_mb"] > 10
    assert nanonet_method.folder_bytes(model) > 1000
