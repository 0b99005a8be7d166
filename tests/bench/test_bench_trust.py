"""The benches of calibration and scope: their figures on made-up scores, and their tables."""

from __future__ import annotations

import numpy as np
import pytest
from bench._trust_tables import ece_sets, ece_ways, scope
from bench.calibration import figures
from bench.scope import auroc, scores

from nanonet.pipeline.calibrated import Calibrated
from nanonet.pipeline.scaling import Held
from nanonet.runtime import Calibration, Classifier, Scope

RNG = np.random.default_rng(0)


def drawn(n: int, stretch: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    scores_ = 2.5 * RNG.normal(size=(n, 3))
    powers = np.exp(scores_)
    y = ((powers / powers.sum(axis=1, keepdims=True)).cumsum(axis=1) > RNG.random((n, 1))).argmax(1)
    return (stretch * scores_).astype(np.float32), y


def test_auroc_is_the_chance_of_being_higher() -> None:
    assert auroc(np.array([1.0, 2.0]), np.array([3.0, 4.0])) == 1.0
    assert auroc(np.array([3.0]), np.array([1.0, 2.0])) == 0.0
    assert auroc(np.ones(5), np.ones(7)) == 0.5
    a, b = RNG.normal(size=300), RNG.normal(size=200) + 1
    assert auroc(a, b) == pytest.approx((b[:, None] > a).mean())


def test_a_calibration_by_the_truth_is_better_than_none_where_scores_boast() -> None:
    logits, y = drawn(4000, 3.0)
    held = Held(*drawn(300, 3.0), np.ones(300, np.float32))
    found = figures(logits, y, Calibrated(Calibration(3.0), {}, None, held))
    assert found["none"]["ece"] > 0.1 > found["oracle"]["ece"]
    assert found["shipped"]["ece"] < 0.03
    assert found["shipped"]["confidence"] == pytest.approx(found["accuracy"], abs=0.03)
    assert {"labels", "vector", "isotonic"} <= set(found)


def test_texts_on_which_nothing_stands_out_count_as_foreign() -> None:
    class Silent:
        class_count, bias, exact = 3, np.zeros(3, np.float32), True

    model = Classifier(["a", "b", "c"], Silent(), scope=Scope(((0.0, 1.0), (9.0, 0.0))))  # type: ignore[arg-type]
    inside, y = drawn(500)
    found = scores(model, inside, 0.1 * inside, y)
    assert found["auroc"] > 0.9
    assert found["foreign_over_0.95"] > found["inside_over_0.95"]


def student(error: float, kind: str = "temperature") -> dict[str, object]:
    one = {"ece": error, "log_loss": 0.5, "confidence": 0.85}
    return {"accuracy": 0.8, "kind": kind, "none": one, "shipped": one, "oracle": one}


def test_the_tables_of_calibration() -> None:
    cells = [
        {"set": "sst2", "shots": 10, "seed": seed, "kept": "micro",
         "students": {"nano": student(0.02), "micro": student(0.04)}}
        for seed in (0, 1)
    ]  # fmt: skip
    told = ece_sets({"cells": cells})
    assert "| sst2 | 2 | 0/2/0 | .040 ± .000 | +.050 | .020 ± .000 |" in told
    assert "| mean |  |  | .040 |  | .020 |" in told
    ways = ece_ways({"cells": cells})
    assert "| **nanonet** | .020 | .040 |" in ways
    assert "| vector by hidden labels | - | - |" in ways


def test_the_table_of_scope() -> None:
    one = {"auroc": 0.95, "auroc_probability": 0.94, "accuracy": 0.88}
    one |= {"inside_over_0.95": 0.05, "foreign_over_0.95": 0.78}
    cells = [
        {"shots": shots, "seed": 0, "students": {"nano": one, "micro": one}} for shots in (0, 10)
    ]
    lines = scope({"cells": cells}).splitlines()
    assert lines[2] == "| 10 a class | 1 | nano | .950 | .940 | .880 | 5.0 % | 78.0 % |"
    assert lines[4].startswith("| the whole split | 1 | nano |")
