"""Votes as a table: in memory, and on the disk."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.errors import UserError
from nanonet.votes import ABSTAIN, VoteTable, concat, read_votes, write_votes

TEXTS = ["one, two", "a\nline", "three", "three"]
CLASSES = ["yes", "no"]


def table():
    return VoteTable.of([0, 1, 2, 0], [0, 1, ABSTAIN, 0], [0.5, 1.0, 0.0, 0.25],
                        ["rules", "rules", "llm", "llm"], [0.0, 0.0, 0.001, 0.002])  # fmt: skip


def same(a, b):
    assert a.doc.tolist() == b.doc.tolist()
    assert a.label.tolist() == b.label.tolist()
    assert a.probability == pytest.approx(b.probability)
    assert a.source == b.source
    assert a.cost == pytest.approx(b.cost)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "csv.gz"])
def test_votes_come_back_as_they_were_written(tmp_path, ending):
    path = tmp_path / f"votes.{ending}"
    write_votes(path, table(), TEXTS, CLASSES)
    same(read_votes(path, TEXTS, CLASSES), table())
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_many_votes_in_pieces(tmp_path):
    docs = np.arange(9000) % 4
    write_votes(tmp_path / "v.csv", VoteTable.of(docs, docs % 2, 0.75, "s"), TEXTS, CLASSES)
    back = read_votes(tmp_path / "v.csv", TEXTS, CLASSES)
    assert len(back) == 9000
    assert back.doc[:4].tolist() == [0, 1, 2, 2]  # equal texts are one text


def test_the_columns_that_may_be_missing(tmp_path):
    (tmp_path / "v.csv").write_text("text,label\nthree,no\na,\n")
    got = read_votes(tmp_path / "v.csv", ["a", "three"], CLASSES)
    assert (got.doc.tolist(), got.label.tolist()) == ([1, 0], [1, ABSTAIN])
    assert (got.probability.tolist(), got.sources) == ([1.0, 1.0], ("votes",))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("text,label\nfour,no\n", "line 2: votes on a text that is neither in the pool.*'four'"),
        ("text,label\nthree,no\nthree,maybe\n", "line 3.*'maybe' is not among the classes"),
        ("text,label,probability\nthree,no,1.5\n", "line 2, column 'probability': holds '1.5'"),
        ("text,label,probability\nthree,no,nan\n", "column 'probability': holds 'nan'"),
        ("text,label,cost\nthree,no,-1\n", "column 'cost'.*'-1'; it must be a number 0 or more"),
        ("text,cost\nthree,1\n", "no column 'label'"),
        ("label,cost\nno,1\n", "no column 'text'"),
        ("text,label\n", "no votes|no rows"),
    ],
)
def test_what_a_person_must_mend(tmp_path, body, said):
    (tmp_path / "v.csv").write_text(body)
    with pytest.raises(UserError, match=said):
        read_votes(tmp_path / "v.csv", TEXTS, CLASSES)


def test_nothing_to_write_and_no_place_to_write_it(tmp_path):
    with pytest.raises(UserError, match="no votes to write"):
        write_votes(tmp_path / "v.csv", VoteTable.of([], []), TEXTS, CLASSES)
    with pytest.raises(UserError, match="does not exist"):
        write_votes(tmp_path / "no" / "v.csv", table(), TEXTS, CLASSES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"doc": [-1], "label": [0]},
        {"doc": [0], "label": [-2]},
        {"doc": [0], "label": [0], "probability": 1.1},
        {"doc": [0], "label": [0], "probability": float("nan")},
        {"doc": [0], "label": [0], "cost": -1.0},
        {"doc": [0], "label": [0], "source": ["a", "b"]},
    ],
)
def test_a_table_that_cannot_be(wrong):
    with pytest.raises(ValueError, match="vote"):
        VoteTable.of(**wrong)


def test_parts_and_another_numbering():
    assert table().sources == ("rules", "llm")
    assert table().of_source("llm").doc.tolist() == [2, 0]
    assert table().cast.tolist() == [True, True, False, True]
    same(concat([table().of_source("rules"), table().of_source("llm")]), table())
    moved = table().moved(np.array([5, -1, 0, 1]))
    assert (moved.doc.tolist(), moved.source) == ([5, 0, 5], ("rules", "llm", "llm"))
    assert len(concat([])) == 0
