"""NanoNetClassifier: what scikit-learn's tools do with an estimator, done with real fits."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys

import numpy as np
import pytest

import nanonet
from nanonet.errors import FormatError, UserError


def test_unlabelled_rows_and_a_pool_come_to_the_same(make, rows, fitted):
    texts, labels, pool, hidden = rows
    again = make().fit(np.array(texts), np.array(labels), pool=pool)
    assert (again.predict_proba(pool) == fitted.predict_proba(pool)).all()
    marked = [*labels, *[None] * 100, *[float("nan")] * (len(pool) - 100)]
    other = make().fit(texts + pool, marked)
    assert (other.predict_proba(pool) == fitted.predict_proba(pool)).all()
    assert fitted.report_.pool["rows"] == len(set(pool) - set(texts))
    assert np.mean(fitted.predict(pool) == hidden) > 0.9


def test_classes_are_of_the_type_and_order_of_the_labels(make, rows, fitted):
    texts, labels, pool, _ = rows
    assert fitted.classes_.tolist() == [0, 1]
    assert set(fitted.predict(pool).tolist()) == {0, 1}
    names = {0: 10, 1: 9}  # as strings they sort the other way round
    numbers = make().fit(texts, [names[label] for label in labels], pool=pool)
    assert numbers.classes_.tolist() == [9, 10]
    assert numbers.model_.classes_ == ["10", "9"]
    found = numbers.predict_proba(pool)
    assert (numbers.predict(pool) == numbers.classes_[found.argmax(axis=1)]).all()
    assert found[:, ::-1] == pytest.approx(fitted.predict_proba(pool), abs=1e-6)
    strings = make().fit(texts, ["good" if label else "bad" for label in labels], pool=pool)
    assert strings.classes_.tolist() == ["bad", "good"]
    assert strings.predict(pool[:1])[0] in ("bad", "good")
    assert fitted.predict([]).shape == (0,)


def test_names_alone_are_enough(make, rows):
    model = make(classes=["win", "market"]).fit(rows[2])
    assert model.classes_.tolist() == ["market", "win"]
    assert model.predict_proba(rows[2]).shape == (len(rows[2]), 2)


def test_score_leaves_out_rows_without_a_label(rows, fitted):
    texts, _, pool, hidden = rows
    truth = [*hidden, *[None] * len(texts)]
    assert fitted.score(pool + texts, truth) == np.mean(fitted.predict(pool) == hidden)
    assert fitted.score(pool + texts, truth, np.ones(len(truth))) == fitted.score(pool, hidden)


def test_a_pickle_is_the_bytes_of_the_folder(rows, fitted, tmp_path):
    raw = pickle.dumps(fitted)
    again = pickle.loads(raw)
    assert (again.predict_proba(rows[2]) == fitted.predict_proba(rows[2])).all()
    assert again.report_ == fitted.report_
    folder = again.save(tmp_path / "model")
    assert sum(file.stat().st_size for file in folder.iterdir()) < len(raw)
    loaded = nanonet.load(folder)
    assert (loaded.predict_proba(rows[2]) == fitted.model_.predict_proba(rows[2])).all()
    changed = raw.replace(
        b'safetensors": {\n      "sha256": "', b'safetensors": {\n      "sha256": "0'
    )
    with pytest.raises((FormatError, pickle.UnpicklingError, ValueError, EOFError)):
        pickle.loads(changed)


def test_save_pretrained_and_from_pretrained(make, rows, fitted, tmp_path):
    fitted.save_pretrained(tmp_path / "model")
    fitted.save_pretrained(tmp_path / "model")
    again = type(fitted).from_pretrained(tmp_path / "model")
    assert again.classes_.tolist() == ["0", "1"]
    assert (again.predict_proba(rows[2]) == fitted.predict_proba(rows[2])).all()
    assert (pickle.loads(pickle.dumps(again)).predict(rows[2]) == again.predict(rows[2])).all()


def test_it_works_in_a_grid_search_a_pipeline_and_a_cross_validation(make, rows):
    from sklearn.model_selection import GridSearchCV, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    texts, labels, pool, hidden = rows
    search = GridSearchCV(make(), {"random_state": [0, 5]}, cv=2)
    search.fit(texts, labels, pool=pool)
    assert search.cv_results_["mean_test_score"].shape == (2,)
    assert search.best_estimator_.random_state in (0, 5)
    assert np.mean(search.predict(pool) == hidden) > 0.9
    pipe = make_pipeline(FunctionTransformer(_lower), make())
    pipe.fit([text.upper() for text in texts], labels, nanonetclassifier__pool=pool)
    assert np.mean(pipe.predict([text.upper() for text in pool]) == hidden) > 0.9
    scores = cross_val_score(make(), texts, labels, cv=2, params={"pool": pool}, n_jobs=1)
    assert len(scores) == 2
    assert scores.min() >= 0.5


def _lower(texts):
    return [text.lower() for text in texts]


def test_what_the_hidden_labels_allow_is_promised(rows, fitted):
    model, pool = fitted.model_, rows[2]
    promise = model.promise(0.3)
    assert promise.kept >= 9  # 0.7 to the power of 9 is below 0.05
    found = model.predict(pool, abstain=promise)
    assert np.mean([answer is not None for answer in found]) >= promise.coverage - 0.05
    assert fitted.report_.derived["promise"]["value"].startswith("at most ")
    assert model.info["thresholds"]["labels"] <= 24
    with pytest.raises(
        UserError, match=r"takes at least 299 hidden labels .* there were \d+;|least"
    ):
        model.promise(0.01)


def test_a_random_state_is_a_seed(make, rows):
    texts, labels, pool, _ = rows
    drawn = make(random_state=np.random.RandomState(3)).fit(texts, labels, pool=pool)
    assert drawn.report_.seed == np.random.RandomState(3).randint(2**31 - 1)
    assert make(random_state=None).fit(texts, labels).report_.seed == 0


@pytest.mark.parametrize(
    ("X", "y", "said"),
    [
        ("one text", [1], "X is one str; give a list"),
        ([["a"], ["b"]], [0, 1], "X[0] is ['a'] (a list)"),
        (np.array([["a"], ["b"]]), [0, 1], "X has the shape (2, 1)"),
        ([1.5, 2.5], [0, 1], "X[0] is 1.5 (a float)"),
        (["a", "b"], [0], "X has 2 texts but y has 1 labels"),
        (["a", "b"], np.array(["x", -1]), "y holds the string '-1', which is what NumPy makes"),
        (["a", "b"], ["x", 2], "y mixes kinds of labels ('x' and 2)"),
        (["a", "b"], [0.5, 1.0], "y holds 0.5; a label is a name or a whole number"),
        (["a", "b"], [1, 1], "only the class '1'"),
        (["a", "b"], None, "no labelled text"),
    ],
)
def test_a_refusal_is_a_value_error_with_one_sentence(make, X, y, said):
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        make().fit(X, y)
    assert isinstance(caught.value, UserError)


def test_importing_nanonet_does_not_load_scikit_learn():
    code = "import sys, nanonet, nanonet.pipeline; dir(nanonet); print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    without = "import sys; sys.modules['sklearn'] = None\nimport nanonet\nnanonet.NanoNetClassifier"
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True)
    assert "MissingExtra: NanoNetClassifier needs packages" in done.stderr
