"""The class mix of the texts to predict, as a setting of the estimator."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone


def test_a_given_mix_moves_the_answers_and_outlives_a_pickle(make, rows, fitted):
    texts, labels, pool, _ = rows
    mixed = make(prior={0: 0.9, 1: 0.1}).fit(texts, labels, pool=pool)
    share = [model.predict_proba(pool)[:, 0].mean() for model in (fitted, mixed)]
    assert share[1] > share[0]
    learned = np.array(fitted.model_.calibration.prior)
    odds = np.array([0.9, 0.1]) / learned
    wanted = fitted.predict_proba(pool) * odds
    wanted /= wanted.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(mixed.predict_proba(pool), wanted, atol=1e-4)
    assert (mixed.predict(pool) == mixed.classes_[wanted.argmax(axis=1)]).all()
    again = pickle.loads(pickle.dumps(mixed))
    assert (again.predict_proba(pool) == mixed.predict_proba(pool)).all()
    assert clone(mixed).prior == {0: 0.9, 1: 0.1}


def test_equal_shares_are_a_word(make, rows):
    texts, labels, pool, _ = rows
    word = make(prior="equal").fit(texts, labels, pool=pool)
    given = make(prior={0: 5, 1: 5}).fit(texts, labels, pool=pool)
    assert (word.predict_proba(pool) == given.predict_proba(pool)).all()


@pytest.mark.parametrize("prior", ["balanced", [0.5, 0.5], {0: 1.0}, {0: 1.0, 1: -1.0}])
def test_a_wrong_mix_is_refused(make, rows, prior):
    texts, labels, pool, _ = rows
    with pytest.raises(ValueError, match=r"prior|class mix|share"):
        make(prior=prior).fit(texts, labels, pool=pool)
