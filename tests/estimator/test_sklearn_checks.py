"""scikit-learn's own checks of an estimator, as far as they fit one that reads texts.

``parametrize_with_checks`` asks the tags: an estimator without two-dimensional input gets the
checks of cloning and tags only, because all others fit it on numbers. Those that need no fit, or
stop before one, are run here by name; WHY_NOT says why each of the others cannot be.
"""

from __future__ import annotations

import warnings

import pytest

checks = pytest.importorskip("sklearn.utils.estimator_checks", reason="needs the train extra")
pytest.importorskip("torch", reason="the estimator needs the train extra")

from nanonet import NanoNetClassifier  # noqa: E402

RUN = [
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_mixin_order",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_estimators_unfitted",
    "check_n_features_in_after_fitting",
]
NUMBERS = "fits on a table of random numbers, which are no texts"
WHY_NOT = {
    "check_fit_score_takes_y": NUMBERS,
    "check_estimators_overwrite_params": NUMBERS,
    "check_dont_overwrite_parameters": NUMBERS,
    "check_estimators_fit_returns_self": NUMBERS,
    "check_readonly_memmap_input": NUMBERS,
    "check_positive_only_tag_during_fit": NUMBERS,
    "check_complex_data": "waits for the sentence on complex numbers; ours is on texts",
    "check_estimators_nan_inf": "waits for the sentence on NaN; ours is on texts",
    "check_estimator_sparse_matrix": "waits for the sentence on sparse input; ours is on texts",
    "check_estimator_sparse_array": "waits for the sentence on sparse input; ours is on texts",
}

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # that the estimator takes no two-dimensional input
    _asked = checks.parametrize_with_checks([NanoNetClassifier(student="nano")])


@_asked
def test_what_scikit_learn_asks_of_its_tags(estimator, check):
    check(estimator)


@pytest.mark.parametrize("name", RUN)
@pytest.mark.filterwarnings("ignore")
def test_a_check_that_needs_no_numbers(name):
    getattr(checks, name)("NanoNetClassifier", NanoNetClassifier(student="nano"))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=why))
        for name, why in WHY_NOT.items()
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_check_on_numbers_fails_as_documented(name):
    getattr(checks, name)("NanoNetClassifier", NanoNetClassifier(student="nano"))


def test_every_check_of_the_interface_is_accounted_for():
    found = checks._yield_api_checks(NanoNetClassifier())
    assert {check.__name__ for check in found} <= {*RUN, *WHY_NOT}
