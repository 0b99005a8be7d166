"""The tables of the cascade bench say what its cells say."""

from __future__ import annotations

from typing import Any

import numpy as np
from bench._cascade_tables import cascade, cascade_curve, small
from bench.cascade import on_test


def cell(seed: int, nano: float, both: float, micro: float) -> dict[str, Any]:
    one = {"int8": micro - 0.01, "float32": micro - 0.008, "megabytes": 14.0}
    return {
        "set": "trec6", "shots": 10, "seed": seed, "passed": 0.2, "cost": 0.25,
        "accuracy": {"nano": nano, "cascade": both, "micro": micro, "ensemble": micro + 0.01},
        "curve": [{"share": share, "accuracy": nano + 0.1 * share}
                  for share in (0.0, 0.05, 0.1, 0.25, 0.5, 1.0)],
        "us": {"micro": 4000.0, "micro-1": 800.0, "micro-2": 1600.0},
        "small": {"micro-1": one, "micro-2": one},
    }  # fmt: skip


def test_the_tables() -> None:
    found = {"cells": [cell(0, 0.7, 0.78, 0.8), cell(1, 0.72, 0.8, 0.8)]}
    (row,) = cascade(found).splitlines()[2:]
    assert "| .790 ± .014 |" in row
    assert "| .810 ± .000 | 1.0 ± .0 | 20 % | 25 % |" in row
    (row,) = cascade_curve(found).splitlines()[2:]
    assert "| .710 | .715 | .720 | .735 | .760 | .810 |" in row
    one, two = small(found).splitlines()[2:]
    assert "| .2 ± .0 |" in one
    assert "5.0 x" in one
    assert "2.5 x" in two


def test_a_point_of_the_curve_on_test_texts() -> None:
    class Point:
        threshold, passed, loss = 0.5, 0.25, 0.01

    sure = np.array([0.2, 0.4, 0.6, 0.8])
    right = {"nano": np.array([0, 0, 1, 1]), "ensemble": np.array([1, 0, 0, 0])}
    found = on_test(Point, sure, right)
    assert found["passed"] == 0.5
    assert found["accuracy"] == 0.75
