"""When a whole model is fitted, and on what; and that two processes learn beside a desk."""

from __future__ import annotations

import pytest

from nanonet.data import ClassSpec
from nanonet.labelling.learner import fittable

SPECS = [ClassSpec(name) for name in "abc"]


def rows(labels):
    return [(f"text {at}", label) for at, label in enumerate(labels)]


def test_without_answers_the_names_are_fitted():
    assert fittable([], SPECS, patient=True) == ([], SPECS)


@pytest.mark.parametrize("patient", [False, True])
def test_a_class_with_one_answer_waits_for_its_second(patient):
    found, specs = fittable(rows("aabbc"), SPECS, patient)
    if patient:  # a model of the names is there, and knows c
        assert (found, specs) == ([], [])
    else:
        assert [label for _, label in found] == list("aabb")
        assert [spec.name for spec in specs] == ["a", "b"]


def test_with_enough_answers_a_class_never_met_is_left_out():
    found, specs = fittable(rows("a" * 10 + "b" * 5), SPECS, patient=True)
    assert len(found) == 15
    assert [spec.name for spec in specs] == ["a", "b"]


def test_all_classes_met_are_fitted_with_all_their_answers():
    found, specs = fittable(rows("aabbcc"), SPECS, patient=True)
    assert len(found) == 6
    assert specs == SPECS
