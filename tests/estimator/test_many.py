"""The estimator with several labels a text: matrices and sets in, a matrix out."""

import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the estimator needs the train extra")

from _many import WORDS, corpus
from nanonet import NanoNetClassifier
from nanonet.errors import UserError

NAMES = sorted(WORDS)


def matrix(sets):
    return np.array([[int(name in own) for name in NAMES] for own in sets])


@pytest.fixture(scope="module")
def data():
    return corpus(labelled=80, pool=260)


@pytest.fixture(scope="module")
def of_sets(data, encoder_cache):
    texts, sets, pool, _ = data
    model = NanoNetClassifier(student="nano", cache_dir=encoder_cache)
    return model.fit(texts, sets, pool=pool)


def test_label_sets_in_a_matrix_out(of_sets, data):
    _, _, pool, hidden = data
    said = of_sets.predict(pool)
    assert said.shape == (260, 4)
    assert set(np.unique(said)) == {0, 1}
    assert of_sets.classes_.tolist() == NAMES
    assert (said == matrix(hidden)).mean() > 0.9
    assert of_sets.predict_proba(pool).shape == (260, 4)
    share = (said == matrix(hidden)).all(axis=1).mean()
    assert of_sets.score(pool, hidden) == of_sets.score(pool, matrix(hidden)) == share


def test_a_matrix_is_the_same_and_its_rows_of_minus_one_are_the_pool(of_sets, data, encoder_cache):
    texts, sets, pool, _ = data
    y = np.concatenate([matrix(sets), np.full((len(pool), 4), -1)])
    model = NanoNetClassifier(student="nano", cache_dir=encoder_cache).fit([*texts, *pool], y)
    assert model.classes_.tolist() == [0, 1, 2, 3]
    assert np.array_equal(model.predict(pool), of_sets.predict(pool))
    assert model.report_.pool == of_sets.report_.pool


def test_it_survives_a_pickle(of_sets, data):
    again = pickle.loads(pickle.dumps(of_sets))
    assert np.array_equal(again.predict(data[2]), of_sets.predict(data[2]))


REFUSED = {
    "a two": ([[1, 0], [2, 1]], r"y\[1\] holds 2"),
    "a name among sets": ([("a", "b"), "a"], r"y\[1\] is 'a'"),
    "lengths": ([("a", "b")], "2 texts but y has 1"),
    "everywhere": ([("a", "b"), ("a",)], "each of the 2"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_with_y_is_told(case):
    y, words = REFUSED[case]
    given = np.array(y) if case == "a two" else y
    with pytest.raises(UserError, match=words) as error:
        NanoNetClassifier().fit(["one text", "another"], given)
    assert isinstance(error.value, ValueError)


def test_prior_and_effort_are_for_one_label(of_sets, data):
    texts, sets, _, _ = data
    with pytest.raises(ValueError, match="only effort 'quick'"):
        NanoNetClassifier(effort="normal").fit(texts, sets)
    with pytest.raises(ValueError, match="a label the model does not know"):
        of_sets.score(["a text"], [("nonsense",)])
