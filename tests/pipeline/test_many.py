"""``fit_many`` on a tiny corpus: the slice from label sets to a folder, and what is refused."""

import json

import numpy as np
import pytest

import nanonet
from _many import UNEVEN, WORDS, corpus
from nanonet.cli import run
from nanonet.decide import macro_f1_of_sets, micro_f1
from nanonet.errors import UserError


def flags(sets, classes):
    return np.array([[name in own for name in classes] for own in sets])


@pytest.fixture(scope="module")
def fit_sets(encoder_cache):
    def call(texts, labels, **settings):
        return nanonet.fit_many(texts, labels, cache_dir=encoder_cache, **settings)

    return call


@pytest.fixture(scope="module")
def found(fit_sets):
    texts, sets, pool, hidden = corpus(shares=UNEVEN)
    return fit_sets(texts, sets, pool=pool), pool, hidden


def test_both_students_find_the_labels_of_the_pool(found):
    fitted, pool, hidden = found
    truth = flags(hidden, fitted.classes_)
    for kind, least in (("nano", 0.8), ("micro", 0.8)):
        model = getattr(fitted, kind)
        said = model.decide(model.predict_proba(pool))
        assert micro_f1(truth, said) > least, kind
        assert macro_f1_of_sets(truth, said) > least - 0.1, kind


def test_the_mix_of_the_pool_is_found_and_told(found):
    fitted, _, hidden = found
    shares = fitted.report.derived["label mix"]["shares"]
    told = np.array([shares[name] for name in fitted.classes_])
    truth = flags(hidden, fitted.classes_).mean(axis=0)
    assert told.argmax() == truth.argmax()
    assert np.abs(told - truth).mean() < 0.15


def test_the_report_tells_what_was_learned(found):
    fitted, _, _ = found
    report = fitted.report
    lines = {line[:14].strip() for line in report.summary().splitlines()}
    assert {"learned from", "gate", "expected", "student", "label mix", "thresholds"} <= lines
    assert [one["name"] for one in report.gate["trials"]] == ["labels", "apart", "together"]
    assert report.labelled["without"] > 0
    json.dumps(report.to_dict())


def test_saved_and_loaded_it_answers_the_same_and_equal_fits_are_equal(found, fit_sets, tmp_path):
    fitted, pool, _ = found
    path = fitted.save(tmp_path / "model")
    model = nanonet.load_many(path)
    assert model.predict(pool[:50]) == fitted.predict(pool[:50])
    assert np.array_equal(model.predict_proba(pool[:50]), fitted.predict_proba(pool[:50]))
    texts, sets, pile, _ = corpus(shares=UNEVEN)
    again = fit_sets(texts, sets, pool=pile).save(tmp_path / "again")
    assert (again / "model.json").read_bytes() == (path / "model.json").read_bytes()
    assert "any number of labels" in (path / "README.md").read_text("utf-8")


def test_micro_is_saved_too(fit_sets, tmp_path):
    texts, sets, pool, _ = corpus()
    fitted = fit_sets(texts, sets, pool=pool, student="micro")
    model = nanonet.load_many(fitted.save(tmp_path / "micro"))
    assert model.predict(pool[:20]) == fitted.micro.predict(pool[:20])


def test_without_a_pool_the_labels_alone_teach(fit_sets):
    texts, sets, pool, hidden = corpus(labelled=120)
    fitted = fit_sets(texts, sets, student="nano")
    truth = flags(hidden, fitted.classes_)
    assert micro_f1(truth, fitted.nano.decide(fitted.nano.predict_proba(pool))) > 0.7


def test_copies_with_other_labels_go_and_test_texts_are_kept_out(fit_sets):
    texts, sets, pool, _ = corpus(pool=220)
    doubled = [*texts, texts[0]]
    fitted = fit_sets(doubled, [*sets, ("fuel", "sport", "food")], pool=pool, test_texts=[texts[1]])
    assert fitted.report.guard["conflicting"] == 2
    assert fitted.report.guard["labelled_in_test"] == 1


REFUSED = {
    "one label a text": ({"labels": ["food", "money"]}, r"labels\[0\] is 'food'.*nanonet\.fit"),
    "missing": ({"labels": [("food",), None]}, r"labels\[1\] is None.*pool"),
    "a bar": ({"labels": [("a|b",), ("c",)]}, r"without a \|"),
    "another class": ({"classes": ["food"]}, "'money' is not among"),
    "everywhere": ({"labels": [("food",), ("food", "money")]}, "each of the 2 texts"),
    "too few": ({"labels": [("food",), ()]}, "1 different labels"),
    "effort": ({"effort": "normal"}, "only effort 'quick'"),
    "cascade": ({"student": "cascade"}, "nano, micro"),
    "small micro": ({"student": "micro-1"}, "nano, micro"),
    "budget": ({"max_us": 10.0}, "max_us"),
    "lengths": ({"labels": [("food",)]}, "2 texts but 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_learned_is_one_sentence(fit_sets, case):
    changes, words = REFUSED[case]
    settings = {"texts": ["a text", "another"], "labels": [("food",), ("money",)], **changes}
    with pytest.raises(UserError, match=words):
        fit_sets(settings.pop("texts"), settings.pop("labels"), **settings)


def test_fit_names_fit_many():
    with pytest.raises(UserError, match=r"nanonet\.fit_many"):
        nanonet.fit(["a", "b"], [("x", "y"), ("x",)])


def write(path, texts, sets):
    lines = [f'"{text}",{"|".join(names)}' for text, names in zip(texts, sets, strict=True)]
    path.write_text("\n".join(["text,labels", *lines]) + "\n", "utf-8")
    return str(path)


def test_the_command_line_does_the_same(encoder_cache, tmp_path, capsys):
    texts, sets, pool, hidden = corpus()
    labelled = write(tmp_path / "labelled.csv", texts, sets)
    test = write(tmp_path / "test.csv", pool[300:], hidden[300:])
    (tmp_path / "pool.txt").write_text("\n".join(pool[:300]) + "\n", "utf-8")
    model = str(tmp_path / "model")
    code = run(
        ["fit", labelled, "--pool", str(tmp_path / "pool.txt"), "--test", test, "--out", model,
         "--cache-dir", str(encoder_cache), "--json"]
    )  # fmt: skip
    out, err = capsys.readouterr()
    assert code == 0, err
    told = json.loads(out)
    assert told["test"]["micro_f1"] > 0.8
    assert set(told["labelled"]["per_class"]) == set(WORDS)
    assert "rows without any label" in err


@pytest.mark.parametrize("option", ["--classes", "--votes"])
def test_options_for_one_label_are_refused(tmp_path, capsys, option):
    labelled = write(tmp_path / "t.csv", ["a", "b", "c"], [("x", "y"), ("x",), ()])
    (tmp_path / "c.txt").write_text("x\ny\n")
    code = run(["fit", labelled, option, str(tmp_path / "c.txt"), "--out", str(tmp_path / "m")])
    assert code == 2
    assert f"error: {option}" in capsys.readouterr().err
