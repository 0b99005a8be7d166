"""``fit`` with votes: from rules, beside labels, alone, misplaced; and classes in a tree."""

from __future__ import annotations

import numpy as np
import pytest

import nanonet
from _corpus import labelled, pool
from nanonet.data import ClassSpec, guard
from nanonet.data.types import Labelled, Pool
from nanonet.errors import UserError
from nanonet.pipeline.voting import FIRST, place_votes
from nanonet.votes import ABSTAIN, VoteTable, concat

TEXTS, LABELS = labelled()
CLASSES = sorted(set(LABELS))


def votes(texts, right=0.9, seed=0):
    """Votes on the pool and, behind it, on labelled texts, right with the given chance."""
    rng = np.random.default_rng(seed)
    truth = np.array([CLASSES.index(label) for label in LABELS])
    at = len(texts) + np.arange(len(TEXTS))
    wrong = (truth + rng.integers(1, len(CLASSES), len(truth))) % len(CLASSES)
    known = np.where(rng.random(len(truth)) < right, truth, wrong)
    return VoteTable.of(at, known, 0.9, "llm", 0.001)


def test_votes_are_placed_on_the_rows_the_guard_left():
    pile = ("one text here", "a copy of it", "quite another thing", "one text here")
    given = Labelled(("a copy of it", "label me"), ("x", "y"))
    guarded = guard(given, Pool(pile))
    assert guarded.pool.texts == ("one text here", "quite another thing")
    table = VoteTable.of([0, 1, 2, 3, 4, 5], [0, 0, 1, 1, 1, ABSTAIN])
    placed = place_votes(table, pile, given.texts, guarded, ["x", "y"])
    assert placed.doc.tolist() == [2, 0, 3, 2, 0, 1]  # the copy's vote is on the labelled row


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (VoteTable.of([9], [0]), "row 9, but there are 3 pool texts and 2 labelled"),
        (VoteTable.of([0], [2]), r"class number 2, but there are 2 classes \(x, y\)"),
        (VoteTable.of([0], [ABSTAIN]), "every vote abstains"),
        ([("text", "x")], "votes is a list"),
    ],
)
def test_votes_that_cannot_be(table, said):
    with pytest.raises(UserError, match=said):
        nanonet.fit(["alpha one", "beta two"], ["x", "y"], pool=["c", "d", "e"], votes=table)


def test_votes_beside_labels_are_weighed_and_told(fit):
    pile = pool()
    spread = np.arange(0, len(pile), 3)
    noise = VoteTable.of(spread, spread % len(CLASSES), 0.9, "noise")
    fitted = fit(TEXTS, LABELS, pool=pile, votes=concat([votes(pile), noise]), seed=3)
    facts = fitted.report.derived["votes"]
    by = {source["name"]: source for source in facts["sources"]}
    assert by["llm"]["probed"] >= 35
    assert by["llm"]["accuracy"] > 0.75
    assert by["llm"]["cost"] == pytest.approx(0.001 * len(TEXTS))
    assert by["noise"]["known_by"] == "nothing"  # no text that another source or a label knows
    assert "right in about" in fitted.report.summary()
    assert fitted.label_first == ()


def test_votes_without_labels_say_what_is_unknown_and_what_to_label(fit):
    pile = pool()
    docs = np.arange(0, len(pile), 2)
    table = VoteTable.of(docs, docs % len(CLASSES), 0.8, "rule")
    fitted = fit((), (), pool=pile, classes=CLASSES, votes=table, student="nano")
    assert len(fitted.label_first) == FIRST == len(set(fitted.label_first))
    assert set(fitted.label_first) <= set(pile)
    known = {s["name"]: s["known_by"] for s in fitted.report.derived["votes"]["sources"]}
    assert known == {"rule": "agreement", "class names": "agreement"}
    assert any("nobody knows how good the sources are" in line for line in fitted.report.advice)
    text = str(fitted.report.to_dict())
    assert not any(one in text for one in fitted.label_first)  # no pool text goes into the model


def test_classes_in_a_tree_are_answered_by_their_leaves(fit):
    specs = [ClassSpec("anything", "This message is about the library.")]
    specs += [ClassSpec(name, parent="anything") for name in CLASSES]
    fitted = fit((), (), pool=pool(), classes=specs, student="nano")
    assert fitted.classes_ == CLASSES
    with pytest.raises(UserError, match="has the parent 'nobody'"):
        fit((), (), pool=pool(), classes=[ClassSpec("a", parent="nobody"), ClassSpec("b")])
