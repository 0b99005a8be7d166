"""A loaded model brought to another class mix, and models with each kind of calibration."""

from __future__ import annotations

import numpy as np
import pytest

import nanonet
from _models import CLASSES, TEXTS, write_nano
from nanonet.errors import FormatError, UserError

EVEN = dict.fromkeys(CLASSES, 1 / 3)
TEMPERATURE = {"kind": "temperature", "temperature": 0.5, "prior": [0.2, 0.3, 0.5]}
VECTOR = {"weights": [1.0, 0.5, 2.0], "biases": [0.0, 3.0, -1.0]}
KINDS = [
    TEMPERATURE,
    {**TEMPERATURE, **VECTOR, "kind": "vector"},
    {**TEMPERATURE, "kind": "isotonic", "knots": [[0.4, 0.35], [0.8, 0.6], [1.0, 0.9]]},
]


@pytest.fixture(params=KINDS, ids=lambda block: block["kind"])
def model(request, tmp_path):
    return nanonet.load(write_nano(tmp_path / "m", calibration=request.param))


def test_labels_are_those_of_the_probabilities(model) -> None:
    proba = model.predict_proba(TEXTS)
    assert model.predict(TEXTS) == [CLASSES[i] for i in proba.argmax(axis=1)]
    one = model.explain(TEXTS[0])
    assert (one.label, one.confidence) == (model.predict(TEXTS)[0], float(proba[0].max()))


def test_kernel_and_numpy_agree_to_the_bit(tmp_path) -> None:
    for number, block in enumerate(KINDS):
        path = write_nano(tmp_path / str(number), calibration=block)
        plain = nanonet.load(path, compiled=False).predict_proba(TEXTS)
        assert np.array_equal(nanonet.load(path).predict_proba(TEXTS), plain)


def test_the_learned_mix_changes_nothing_and_another_one_is_bayes_rule(model) -> None:
    learned = dict(zip(CLASSES, TEMPERATURE["prior"], strict=True))
    before = model.predict_proba(TEXTS)
    np.testing.assert_allclose(model.with_prior(learned).predict_proba(TEXTS), before, atol=1e-6)
    odds = np.array([1 / 3 / share for share in TEMPERATURE["prior"]])
    wanted = before * odds / (before * odds).sum(axis=1, keepdims=True)
    moved = model.with_prior(EVEN)
    np.testing.assert_allclose(moved.predict_proba(TEXTS), wanted, atol=1e-6)
    assert moved.predict(TEXTS) == [CLASSES[i] for i in wanted.argmax(axis=1)]


def test_a_class_that_never_occurs_is_never_answered(model) -> None:
    moved = model.with_prior({"business": 0, "sport": 3, "world": 1})
    assert "business" not in moved.predict(TEXTS)
    assert (moved.predict_proba(TEXTS)[:, 0] == 0).all()


def test_counts_are_as_good_as_shares(model) -> None:
    counts = dict.fromkeys(CLASSES, 250)
    a, b = (model.with_prior(one).predict_proba(TEXTS) for one in (counts, EVEN))
    assert np.array_equal(a, b)


def test_an_estimated_mix_names_every_class_and_adds_up(model) -> None:
    found = model.estimate_prior(TEXTS)
    assert list(found) == CLASSES
    assert sum(found.values()) == pytest.approx(1.0)
    assert model.with_prior(found).predict(TEXTS)


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        ({"sport": 1.0}, "business"),
        ({**EVEN, "weather": 0.1}, "weather"),
        ({**EVEN, "sport": -0.1}, "-0.1"),
        ({**EVEN, "sport": float("nan")}, "nan"),
        ({**EVEN, "sport": "many"}, "many"),
        (dict.fromkeys(CLASSES, 0), "all shares"),
        ([0.2, 0.3, 0.5], "list"),
    ],
)
def test_a_mix_that_does_not_fit_is_refused_by_name(model, prior, said) -> None:
    with pytest.raises(UserError, match=said):
        model.with_prior(prior)


def test_a_model_that_does_not_know_its_mix_says_so(tmp_path) -> None:
    model = nanonet.load(write_nano(tmp_path / "m"))
    for ask in (lambda: model.with_prior(EVEN), lambda: model.estimate_prior(TEXTS)):
        with pytest.raises(UserError, match="fit again"):
            ask()


def test_promises_do_not_outlive_the_mix(tmp_path) -> None:
    one = {"max_error": 0.1, "threshold": 0.5, "coverage": 0.9, "kept": 50, "wrong": 0}
    thresholds = {"level": 0.95, "labels": 60, "promises": [one]}
    path = write_nano(tmp_path / "m", calibration=TEMPERATURE, thresholds=thresholds)
    model = nanonet.load(path)
    assert model.promise(0.1).threshold == 0.5
    with pytest.raises(UserError):
        model.with_prior(EVEN).promise(0.1)


def test_an_unknown_or_damaged_calibration_is_named(tmp_path) -> None:
    path = write_nano(tmp_path / "new", calibration={"kind": "spline"})
    with pytest.raises(FormatError, match="spline"):
        nanonet.load(path)
    path = write_nano(tmp_path / "off", calibration={**KINDS[1], "weights": [1.0]})
    with pytest.raises(FormatError, match="off"):
        nanonet.load(path)
