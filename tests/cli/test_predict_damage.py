"""Damaged tables and models: one sentence and exit code 2, or a count where a row can be kept."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nanonet.artefact import read_artefact, write_artefact
from nanonet.data import iter_rows

TABLE = "text\nmy parcel\n" + "".join(f"money {i * i}\n" for i in range(9999))


def _packed(data: str) -> bytes:
    return gzip.compress(data.encode(), mtime=0)


DAMAGED = {
    "cut.csv.gz": (_packed(TABLE)[:-2000], ["gzip", "cut short"]),
    "flipped.csv.gz": (_packed(TABLE)[:900] + b"??????" + _packed(TABLE)[906:], ["gzip"]),
    "cut.csv.zst": (pa.compress(TABLE.encode(), "zstd", asbytes=True)[:-99], ["Truncated"]),
    "zero.csv": (b"text\nfine\na \0 byte\n", ["line 3", "zero byte", "remove it"]),
    "latin.csv": (b"text\nfine\ncaf\xe9\n", ["line 3", "0xe9", "position 4", "UTF-8"]),
    "latin.jsonl": (b'{"text": "caf\xe9"}\n', ["line 1", "0xe9", "UTF-8"]),
    "blank.txt": (b"", ["empty"]),
    "head.csv": (b"text\n", ["no rows"]),
    "blank.jsonl": (b"\n\n", ["empty"]),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_table_is_one_sentence_and_leaves_nothing(nanonet, model, tmp_path, name):
    content, words = DAMAGED[name]
    (tmp_path / name).write_bytes(content)
    code, _, err = nanonet("predict", model, name, "--out", "o.csv")
    assert code == 2
    assert err.startswith(f"error: {name}")
    assert err.count("\n") == 1
    for word in words:
        assert word in err
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize("rows", [["my parcel"] * 5 + [None] * 5, [None] * 10])
def test_row_groups_of_nulls_are_labelled_counted_and_kept(nanonet, model, tmp_path, rows):
    pq.write_table(pa.table({"text": pa.array(rows, pa.string())}), "t.parquet", row_group_size=5)
    code, _, err = nanonet("predict", model, "t.parquet", "--out", "o.parquet")
    assert (code, err.count("\n")) == (0, 1)
    assert f"rows with an empty text: {rows.count(None)}; labelled all the same" in err
    done = pq.read_table("o.parquet").to_pydict()
    assert done["text"] == rows
    assert done["label"] == ["delivery"] * 10


def test_a_parquet_file_without_rows_or_without_its_end(nanonet, model, tmp_path):
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), "e.parquet")
    assert "empty" in nanonet("predict", model, "e.parquet")[2]
    pq.write_table(pa.table({"text": ["a"] * 99}), "t.parquet")
    (tmp_path / "t.parquet").write_bytes((tmp_path / "t.parquet").read_bytes()[:-9])
    code, _, err = nanonet("predict", model, "t.parquet")
    assert (code, err.count("\n")) == (2, 1)
    assert "not a readable Parquet file" in err


HALF = '{"text": "my \\ud800 parcel"}\n{"text": "money"}\n{"text": "back \\udfff"}\n'


@pytest.mark.parametrize("end", ["csv", "parquet"])
def test_lone_surrogates_are_question_marks_and_counted(nanonet, model, tmp_path, end):
    (tmp_path / "t.jsonl").write_text(HALF)
    code, _, err = nanonet("predict", model, "t.jsonl", "--out", f"o.{end}")
    assert code == 0
    assert "half a character (a lone surrogate): 2" in err
    assert [row["text"] for row in iter_rows(f"o.{end}")] == ["my ? parcel", "money", "back ?"]
    _, out, _ = nanonet("predict", model, "t.jsonl", "--out", f"o2.{end}", "--json")
    assert json.loads(out)["halved_rows"] == 2


def test_json_lines_keep_lone_surrogates(nanonet, model, tmp_path):
    (tmp_path / "t.jsonl").write_text(HALF)
    code, _, err = nanonet("predict", model, "t.jsonl", "--out", "o.jsonl")
    assert (code, err) == (0, "")
    assert [row["text"][-1:] for row in iter_rows("o.jsonl")] == ["l", "y", "\udfff"]


@pytest.mark.parametrize("name", ["t.txt", "t.csv"])
@pytest.mark.parametrize("megabytes", [2, pytest.param(50, marks=pytest.mark.slow)])
def test_a_text_of_many_megabytes_is_a_text(nanonet, model, tmp_path, name, megabytes):
    long = "money back " * (92_000 * megabytes)
    (tmp_path / name).write_text(
        f"{long}\nparcel\n" if name == "t.txt" else f"text\n{long}\nlate\n"
    )
    assert nanonet("predict", model, name, "--out", "o.jsonl")[0] == 0
    assert [row["label"] for row in iter_rows("o.jsonl")] == ["refund", "delivery"]


TABLES = {
    "fewer rows than keys": (
        "rows",
        lambda w: w["rows"][:-1],
        "'rows' is int8 [3, 2]; with 4 keys",
    ),
    "more classes": ("rows", lambda w: np.zeros((4, 3), np.int8), "'rows' is int8 [4, 3]"),
    "another type": ("rows", lambda w: w["rows"].astype(np.int16), "int16"),
    "a bias too many": ("bias", lambda w: np.zeros(3, np.float32), "3 classes"),
    "a unit of zero": ("unit", lambda w: np.zeros(1, np.float32), "'unit' is 0"),
}


@pytest.mark.parametrize("case", TABLES)
def test_tables_that_do_not_fit_their_manifest(nanonet, model, tmp_path, case):
    name, change, words = TABLES[case]
    good = read_artefact(model)
    student = good.manifest["student"]
    weights = {**good.weights, name: np.ascontiguousarray(change(good.weights))}
    write_artefact(tmp_path / "m", classes=["delivery", "refund"], student=student, weights=weights)
    (tmp_path / "t.csv").write_text("text\nmy parcel\n")
    code, _, err = nanonet("predict", "m", "t.csv")
    assert (code, err.count("\n")) == (2, 1)
    assert words in err


def test_more_classes_in_the_manifest_than_in_the_tables(nanonet, model, tmp_path):
    good = read_artefact(model)
    student = good.manifest["student"]
    write_artefact(tmp_path / "m", classes=list("abc"), student=student, weights=good.weights)
    (tmp_path / "t.csv").write_text("text\nmy parcel\n")
    code, _, err = nanonet("predict", "m", "t.csv")
    assert (code, err.count("\n")) == (2, 1)
    assert "names 3 classes and its student scores 2" in err


def test_a_table_of_no_ngrams_answers_with_its_bias(nanonet, model, tmp_path):
    good = read_artefact(model)
    empty = {"keys": np.zeros(0, np.uint8), "rows": np.zeros((0, 2), np.int8)}
    weights = {**good.weights, **empty, "scales": np.zeros(0, np.uint8)}
    student = good.manifest["student"]
    write_artefact(tmp_path / "m", classes=["no", "yes"], student=student, weights=weights)
    (tmp_path / "t.csv").write_text("text\nmy parcel\n")
    code, out, _ = nanonet("predict", "m", "t.csv")
    assert code == 0
    assert out.splitlines()[1].startswith("my parcel,no,0.52")
