"""Leaving out the words that told moves the answer more than leaving out others, on real texts."""

import numpy as np

from _corpus import CORPUS, test_rows
from nanonet import load
from nanonet.cli import run
from nanonet.runtime import words_of


def test_the_words_that_told_move_the_answer_most(model):
    classifier = load(model)
    rng = np.random.default_rng(0)
    falls = []
    for text in test_rows()[0][:60]:
        found = classifier.explain(text, top=None)
        words = words_of(text, found.evidence)
        order = sorted(range(len(words)), key=lambda at: -words[at].value)
        column = classifier.classes_.index(found.label)
        picks = [order[:2], order[-2:], *(rng.permutation(len(words))[:2] for _ in range(5))]
        left = classifier.predict_proba([_without(text, words, set(pick)) for pick in picks])
        fell = found.confidence - left[:, column]
        falls.append((fell[0], fell[2:].mean(), fell[1]))
    most, chance, least = np.array(falls).T
    assert most.mean() > 5 * max(chance.mean(), 0.01)
    assert (most > chance).mean() > 0.9
    assert most.mean() > chance.mean() > least.mean()


def _without(text, words, which):
    kept = list(text)
    for at in which:
        kept[words[at].start : words[at].end] = [""] * (words[at].end - words[at].start)
    return "".join(kept)


def test_the_fit_keeps_a_clear_and_a_borderline_text_of_each_class(model):
    kept = load(model).prototypes
    assert len(kept) == 16
    assert {one.kind for one in kept} == {"clear", "borderline"}
    for one in kept:
        if one.kind == "clear":
            rest = [two for two in kept if two.label == one.label and two is not one]
            assert all(one.confidence >= two.confidence for two in rest)


def test_what_fit_cannot_keep_or_tell_it_refuses_before_any_work(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.html").write_text("mine")
    pool = str(CORPUS / "pool.csv")
    names = ("fit", "--classes", str(CORPUS / "classes.toml"), "--pool", pool, "--out", "m")
    assert run([*names, "--prototypes"]) == 2
    assert "--prototypes keeps labelled texts" in capsys.readouterr().err
    assert run([*names, "--report", "mine.html"]) == 2
    assert "mine.html: exists and is not a report of nanonet" in capsys.readouterr().err
    assert not (tmp_path / "m").exists()
