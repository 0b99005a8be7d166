"""From scores to probabilities by each kind of calibration: properties, spelling, damage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nanonet.errors import FormatError
from nanonet.runtime import Calibration
from nanonet.runtime._softmax import softmax

ROWS = hnp.arrays(
    np.float32, hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=6),
    elements=st.floats(-60, 60, width=32),
)  # fmt: skip
KNOTS = ((0.3, 0.1), (0.5, 0.45), (0.9, 0.6), (0.99, 0.95))


def vector(classes: int) -> Calibration:
    rng = np.random.default_rng(classes)
    weights, biases = rng.uniform(0.5, 2, classes), rng.normal(size=classes)
    return Calibration(0.7, tuple(weights.tolist()), tuple(biases.tolist()))


def of_kind(kind: str, classes: int) -> Calibration:
    return {
        "temperature": Calibration(0.7),
        "vector": vector(classes),
        "isotonic": Calibration(0.7, knots=KNOTS),
    }[kind]


@given(ROWS, st.sampled_from(["temperature", "vector", "isotonic"]))
def test_rows_are_probabilities_and_do_not_depend_on_their_neighbours(rows, kind) -> None:
    made = of_kind(kind, rows.shape[1])
    found = made.proba(rows)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)
    assert (found >= 0).all()
    assert np.array_equal(made.proba(rows[:1]), found[:1])
    assert made.kind == kind


@given(ROWS)
def test_a_temperature_by_itself_is_the_softmax_to_the_bit(rows) -> None:
    assert np.array_equal(Calibration(0.3).proba(rows), softmax(rows, 0.3))


@given(ROWS)
def test_isotonic_leaves_the_likeliest_class_and_the_order_of_the_rest(rows) -> None:
    found = Calibration(0.7, knots=KNOTS).proba(rows)
    at, top = np.arange(len(rows)), rows.argmax(axis=1)
    assert (found[at, top] == found.max(axis=1)).all()
    for scores, after in zip(rows, found, strict=True):
        assert (np.diff(after[np.argsort(-scores, kind="stable")]) <= 1e-7).all()


def test_isotonic_says_what_the_knots_say_between_and_outside_of_them() -> None:
    shares = np.array([[0.7, 0.2, 0.1], [0.95, 0.04, 0.01], [0.999, 0.0009, 0.0001]])
    found = Calibration(1.0, knots=KNOTS).proba(np.log(shares).astype(np.float32))
    assert found.max(axis=1) == pytest.approx([0.525, 0.6 + 0.35 * 5 / 9, 0.95], abs=1e-5)
    assert found[0, 1] / found[0, 2] == pytest.approx(2.0, abs=1e-4)


def test_vector_scaling_can_change_the_label_and_says_so() -> None:
    made = Calibration(1.0, (1.0, 1.0), (0.0, 2.0))
    assert made.proba(np.array([[1.0, 0.0]], np.float32)).argmax() == 1
    assert not made.ordered
    assert Calibration(2.0, knots=KNOTS).ordered
    assert not Calibration(2.0, knots=KNOTS).plain


@given(ROWS)
def test_a_new_mix_is_bayes_rule_and_the_old_one_changes_nothing(rows) -> None:
    classes = rows.shape[1]
    old = np.linspace(1.0, 2.0, classes) / np.linspace(1.0, 2.0, classes).sum()
    made = replace(vector(classes), prior=tuple(old.tolist()))
    before, new = made.proba(rows).astype(np.float64), old[::-1].copy()
    wanted = before * new / old / (before * new / old).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(made.with_mix(new).proba(rows), wanted, atol=1e-6)
    np.testing.assert_allclose(made.with_mix(old).proba(rows), before, atol=1e-7)
    np.testing.assert_allclose(made.with_mix(new).with_mix(old).proba(rows), before, atol=1e-6)


@pytest.mark.parametrize("kind", ["temperature", "vector", "isotonic"])
def test_the_manifest_gives_it_back(kind: str) -> None:
    made = replace(of_kind(kind, 3), prior=(0.25, 0.5, 0.25))
    assert Calibration.from_dict(made.to_dict(), 3) == made


@pytest.mark.parametrize(
    "block",
    [
        {"kind": "temperature", "temperature": "warm"},
        {"kind": "temperature", "temperature": 0.0},
        {"kind": "vector", "temperature": 1.0, "weights": [1.0], "biases": [0.0]},
        {"kind": "vector", "temperature": 1.0, "weights": [1.0, -1.0], "biases": [0.0, 0.0]},
        {"kind": "vector", "temperature": 1.0, "weights": [1.0, "a"], "biases": [0.0, 0.0]},
        {"kind": "isotonic", "temperature": 1.0, "knots": [[0.5, 0.5]]},
        {"kind": "isotonic", "temperature": 1.0, "knots": [[0.5, 0.5], [0.4, 0.6]]},
        {"kind": "isotonic", "temperature": 1.0, "knots": [[0.5, 0.6], [0.6, 0.5]]},
        {"kind": "isotonic", "temperature": 1.0, "knots": [[0.5, 0.6], [0.6, 1.5]]},
        {"kind": "isotonic", "temperature": 1.0, "knots": [0.5, 0.6]},
        {"kind": "temperature", "temperature": 1.0, "prior": [1.0]},
        {"kind": "temperature", "temperature": 1.0, "prior": [-0.5, 1.5]},
    ],
)
def test_damage_is_refused(block) -> None:
    with pytest.raises(FormatError):
        Calibration.from_dict(block, 2)


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(KeyError, match="spline"):
        Calibration.from_dict({"kind": "spline"}, 2)


def test_no_rows_give_no_rows() -> None:
    assert Calibration().proba(np.zeros((0, 3), np.float32)).shape == (0, 3)
