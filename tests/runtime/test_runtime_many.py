"""A model that gives several labels a text, from its folder."""

import json
import math

import numpy as np
import pytest

import nanonet
from _models import CLASSES, TEXTS, topic_weights, write_nano
from nanonet.artefact import read_artefact
from nanonet.errors import FormatError, UserError
from nanonet.runtime import ManyClassifier, load, load_any, load_many

WORDS = {"profit": 0, "goal": 1, "talks": 2}
CALIBRATION = {"kind": "sigmoid", "scale": [2.0, 1.0, 4.0], "shift": [-1.0, 0.0, -2.0]}
THRESHOLDS = {"per_class": {"business": 0.3, "sport": 0.52, "world": 0.9}}
MANY = {"task": "multi-label", "calibration": CALIBRATION, "thresholds": THRESHOLDS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("many")
    return write_nano(home / "m", topic_weights(WORDS), **MANY)


def test_probabilities_stand_for_themselves_and_thresholds_decide(folder):
    model = load_many(folder)
    logits = model.decision_logits(["profit goal", "goal", "nothing", ""])
    proba = model.predict_proba(["profit goal", "goal", "nothing", ""])
    by_hand = [
        [1 / (1 + math.exp(-(s * z + b))) for z, s, b in zip(row, CALIBRATION["scale"],
         CALIBRATION["shift"], strict=True)]
        for row in logits.tolist()
    ]  # fmt: skip
    assert np.allclose(proba, by_hand, atol=1e-6)
    assert proba.dtype == np.float32
    said = proba >= np.float32([0.3, 0.52, 0.9])
    names = [tuple(c for c, yes in zip(CLASSES, row, strict=True) if yes) for row in said]
    assert model.predict(["profit goal", "goal", "nothing", ""]) == names
    assert names[1] == ("sport",)
    assert names[2] == ()
    assert model.predict([]) == []
    assert model.predict_proba([]).shape == (0, 3)
    assert model.thresholds_.tolist() == np.float32([0.3, 0.52, 0.9]).tolist()


def test_numpy_and_the_kernel_agree_and_texts_do_not_see_one_another(folder):
    whole = load_many(folder).predict_proba(TEXTS)
    assert np.array_equal(whole, load_many(folder, compiled=False).predict_proba(TEXTS))
    alone = np.concatenate([load_many(folder).predict_proba([text]) for text in TEXTS])
    assert np.array_equal(whole, alone)


def test_sure_scores_are_neither_nan_nor_outside(tmp_path):
    heavy = {**MANY, "calibration": {**CALIBRATION, "scale": [1e6, 1e6, 1e6]}}
    proba = load_many(write_nano(tmp_path / "m", topic_weights(WORDS), **heavy)).predict_proba(
        ["profit", "goal talks"]
    )
    assert np.isfinite(proba).all()
    assert proba.min() >= 0.0
    assert proba.max() == 1.0


def test_explanations_add_up_one_a_label(folder):
    model = load_many(folder)
    found = model.explain("profit goal")
    assert [one.label for one in found] == ["sport", "business"]
    assert model.predict(["profit goal"]) == [("business", "sport")]
    for one in found:
        parts = one.bias + one.rest + sum(value for _, value in one.evidence)
        assert one.exact
        assert parts == pytest.approx(one.logit, abs=1e-5)
    (none,) = model.explain("nothing at all")
    assert model.predict(["nothing at all"]) == [()]
    assert none.confidence < model.thresholds_[CLASSES.index(none.label)]
    with pytest.raises(UserError, match="one string"):
        model.explain(["a"])


def test_a_folder_comes_back_by_the_hubs_way_too(folder):
    model = nanonet.from_pretrained_many(folder)
    assert model.predict(["goal"]) == load_many(folder).predict(["goal"])
    with pytest.raises(UserError, match="several labels a text"):
        nanonet.from_pretrained(folder)


def test_each_loader_says_which_one_to_take(folder, tmp_path):
    one = write_nano(tmp_path / "one")
    assert isinstance(load_any(folder), ManyClassifier)
    assert type(load_any(one)) is nanonet.Classifier
    with pytest.raises(UserError, match=r"several labels a text.*load_many"):
        load(folder)
    with pytest.raises(UserError, match=r"one label a text.*nanonet\.load "):
        load_many(one)


def test_the_manifest_says_many_and_is_silent_where_there_is_one(folder, tmp_path):
    manifest = read_artefact(folder).manifest
    assert (manifest["labels"], manifest["task"]) == ("many", "multi-label")
    assert "labels" not in json.loads((write_nano(tmp_path / "one") / "model.json").read_text())


DAMAGE = {
    "no scale": ({"calibration": {"kind": "sigmoid", "shift": [0, 0, 0]}}, "scale"),
    "another kind": ({"calibration": {"kind": "temperature", "temperature": 1.0}}, "calibration"),
    "a scale below 0": ({"calibration": {**CALIBRATION, "scale": [1, -1, 1]}}, "above 0"),
    "too few": ({"calibration": {**CALIBRATION, "shift": [0, 0]}}, "2 shift"),
    "a class without": ({"thresholds": {"per_class": {"sport": 0.5}}}, "thresholds"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damaged_rules_are_refused(tmp_path, case):
    changes, word = DAMAGE[case]
    with pytest.raises(FormatError, match=word):
        load_many(write_nano(tmp_path / "m", topic_weights(WORDS), **{**MANY, **changes}))


def test_the_card_says_what_it_gives(folder):
    card = (folder / "README.md").read_text("utf-8")
    assert "any number of labels" in card
    assert "nanonet.load_many" in card
    assert "gives one of them" not in card
