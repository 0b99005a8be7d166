"""nanonet ask: a pool in, the texts most worth labelling out."""

import csv
import json

import pytest

from _corpus import CORPUS


def _read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_without_a_model_typical_texts_with_a_column_to_fill_in(nanonet, encoder_cache, tmp_path):
    pool = CORPUS / "pool.csv"
    call = ("ask", pool, "--count", "12", "--cache-dir", encoder_cache)
    code, out, err = nanonet(*call, "--out", "a.csv")
    assert (code, err) == (0, "")
    assert "12 of 718 texts (typical texts) written to a.csv" in out
    rows = _read(tmp_path / "a.csv")
    assert [row["ask_rank"] for row in rows] == [str(n) for n in range(1, 13)]
    assert {row["label"] for row in rows} == {""}
    assert {row["text"] for row in rows} <= {row["text"] for row in _read(pool)}
    assert len({row["text"] for row in rows}) == 12
    nanonet(*call, "--out", "b.csv")
    assert _read(tmp_path / "b.csv") == rows
    more = ("--labelled", "a.csv", "--json", "--out", "next.csv")
    code, out, _ = nanonet(*call, *more)
    assert json.loads(out)["rows"] == 12
    assert not {row["text"] for row in _read(tmp_path / "next.csv")} & {r["text"] for r in rows}


def test_with_a_model_what_it_is_unsure_of(nanonet, model, encoder_cache, tmp_path):
    sure = [f"my parcel is late number {n}" for n in range(40)]
    unsure = [f"parcel and money in letter {n}" for n in range(10)]
    texts = "".join(f"{text}\n" for text in [*sure, *unsure])
    (tmp_path / "p.txt").write_text(texts)
    call = ("ask", model, "p.txt", "--count", "4", "--out", "a.jsonl")
    code, _, err = nanonet(*call, "--cache-dir", encoder_cache)
    assert (code, err) == (0, "")
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert len(rows) == 4
    assert {row["suggested_label"] for row in rows} <= {"delivery", "refund"}
    assert sum("money" in row["text"] for row in rows) >= 2, "a fifth of the pool"
    assert all(0.5 <= row["confidence"] <= 1 for row in rows)


def test_copies_and_empty_texts_are_not_asked_and_a_small_pool_is_given_whole(
    nanonet, encoder_cache, tmp_path
):
    (tmp_path / "p.csv").write_text("id,text,label\n1,one two,x\n2,One two,\n3,,y\n4,three,\n")
    code, _, err = nanonet("ask", "p.csv", "--out", "a.csv", "--cache-dir", encoder_cache)
    assert code == 0
    assert "rows with an empty text: 1; they are not asked" in err
    assert "30 texts were asked for and 2 are there; all are given" in err
    rows = _read(tmp_path / "a.csv")
    assert sorted(row["id"] for row in rows) == ["1", "4"]
    assert list(rows[0]) == ["id", "text", "label", "ask_rank"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "o.csv"), "give POOL, or MODEL and POOL"),
        (("a", "b", "c", "--out", "o.csv"), "3 names were given"),
        (("-", "--out", "o.csv"), "twice"),
        (("p.csv", "--out", "o.csv", "--text", "body"), "no column 'body'"),
        (("p.csv", "--out", "o.csv", "--count", "0"), "count"),
        (("empty.csv", "--out", "o.csv"), "no text in column"),
        (("nowhere", "p.csv", "--out", "o.csv"), "nowhere"),
    ],
)
def test_what_cannot_be_asked_is_said(nanonet, tmp_path, arguments, said):
    (tmp_path / "p.csv").write_text("text\nhello\n")
    (tmp_path / "empty.csv").write_text('id,text\n1,""\n')
    code, out, err = nanonet("ask", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not (tmp_path / "o.csv").exists()


def test_a_pool_that_is_labelled_already_is_said(nanonet, tmp_path):
    (tmp_path / "p.csv").write_text("text\nhello there\n")
    code, _, err = nanonet("ask", "p.csv", "--labelled", "p.csv", "--out", "o.csv")
    assert code == 2
    assert "nothing is left to ask" in err
