"""Each bad table stops with one sentence that says where, what, and what to do."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nanonet.data import read_labelled, read_pool, read_test
from nanonet.errors import UserError


def _refusal(path, content=None, read=read_labelled, **settings):
    if isinstance(content, str):
        path.write_text(content)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read(path, **settings)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


CASES = {
    "missing text column": ("body,label\na,x\n", ["'text'", "'body', 'label'", "--text"]),
    "missing label column": ("text,kind\na,x\n", ["'label'", "'text', 'kind'", "--label"]),
    "nothing": ("", ["empty"]),
    "header only": ("text,label\n", ["no rows"]),
    "empty text": ("text,label\na,x\n  ,y\n", ["line 3", "'text'", "empty"]),
    "several empty texts": ("text,label\n" + ",x\n" * 7, ["lines 2, 3, 4, 5, 6 and 2 more"]),
    "empty label": ("text,label\na,x\nb,\n", ["line 3", "'label'", "pool"]),
    "one class": ("text,label\na,x\nb,x\n", ["all 2 rows", "'x'", "two classes"]),
    "too many cells": ("text,label\na,x\nyes, no,y\n", ["line 3", "3 cells", '"quotes"']),
    "too few cells": ("text,label\na,x\nb\n", ["line 3", "1 cells"]),
    "open quote": ('text,label\na,x\n"b,y\nc,z\n', ["line 3", "quotes"]),
    "doubled column": ("text,text\na,x\n", ["line 1", "'text'", "twice"]),
    "not utf-8": (b"text,label\na,x\ncaf\xe9,y\n", ["line 3", "0xe9", "position 4", "UTF-8"]),
    "utf-16": ("text,label\na,x\n".encode("utf-16"), ["line 1", "UTF-16"]),
    "zero bytes": (b"text,label\na\x00b,x\n", ["line 2", "zero byte", "UTF-8"]),
}


@pytest.mark.parametrize("case", CASES)
def test_csv(tmp_path, case):
    content, words = CASES[case]
    message = _refusal(tmp_path / "t.csv", content)
    for word in words:
        assert word in message


def test_line_numbers_count_lines_inside_quotes(tmp_path):
    message = _refusal(tmp_path / "t.csv", 'text,label\n"a\nb",x\n,y\n')
    assert "line 4" in message


JSON_CASES = {
    "not json": ('{"text": "a", "label": "x"}\n{"text": \n', ["line 2", "not JSON"]),
    "not an object": ('["a", "x"]\n', ["line 1", "list"]),
    "text is a number": (
        '{"text": "a", "label": "x"}\n{"text": 7, "label": "y"}\n',
        ["line 2", "'text'", "int", "'7'", "--text"],
    ),
    "text is null": ('{"text": "a", "label": "x"}\n{"text": null, "label": "y"}\n', ["line 2"]),
    "label is null": ('{"text": "a", "label": "x"}\n{"text": "b", "label": null}\n', ["line 2"]),
    "list of labels": ('{"text": "a", "label": ["x", "y"]}\n', ["line 1", "several labels"]),
}


@pytest.mark.parametrize("case", JSON_CASES)
def test_jsonl(tmp_path, case):
    content, words = JSON_CASES[case]
    message = _refusal(tmp_path / "t.jsonl", content)
    for word in words:
        assert word in message


def test_file_missing_and_folder_in_place_of_file(tmp_path):
    assert "no such file" in _refusal(tmp_path / "none.csv")
    assert "folder" in _refusal(tmp_path / "gone" / "t.csv").replace("the folder", "folder")
    (tmp_path / "d.csv").mkdir()
    assert "is a folder" in _refusal(tmp_path / "d.csv")


def test_hub_names_are_refused_with_a_way_out():
    with pytest.raises(UserError, match="hub") as caught:
        read_pool("fancyzhx/ag_news")
    assert "download" in str(caught.value)


def test_unknown_endings_name_the_known_ones(tmp_path):
    message = _refusal(tmp_path / "t.xlsx", "x")
    assert ".csv, .tsv, .jsonl, .parquet" in message
    assert "Parquet" in _refusal(tmp_path / "t.parquet.gz", "x")


def test_damaged_packings_and_parquet(tmp_path):
    assert "gzip" in _refusal(tmp_path / "t.csv.gz", b"not gzip at all")
    assert "Parquet" in _refusal(tmp_path / "t.parquet", b"PAR1 but not really")
    _refusal(tmp_path / "t.csv.zst", b"not zstd at all")
    whole = pa.compress(b"text,label\n" + b"a,x\nb,y\n" * 9999, "zstd", asbytes=True)
    _refusal(tmp_path / "t.csv.zst", whole[: len(whole) // 2])


def test_parquet_columns_that_are_no_text(tmp_path):
    pq.write_table(pa.table({"text": [1, 2], "label": ["x", "y"]}), tmp_path / "t.parquet")
    assert "row 1" in _refusal(tmp_path / "t.parquet")
    pq.write_table(pa.table({"text": pa.array([], pa.string())}), tmp_path / "e.parquet")
    assert "empty" in _refusal(tmp_path / "e.parquet", read=read_pool)


MULTI = {
    "a labels column": ("text,labels\na,x|y\nb,x\n", {}),
    "joined values whose parts are labels": ("text,label\na,x|y\nb,x\n", {}),
    "several label columns": ("text,x,y\na,1,0\nb,0,1\n", {"label": ["x", "y"]}),
}


@pytest.mark.parametrize("case", MULTI)
@pytest.mark.parametrize("read", [read_labelled, read_test])
def test_multi_label_is_recognised_and_refused(tmp_path, case, read):
    content, settings = MULTI[case]
    message = _refusal(tmp_path / "t.csv", content, read, **settings)
    assert "several labels a row" in message
    assert "must have one" in message
    assert "'labels' (joined by |)" in message


def test_a_bar_in_a_name_or_one_label_in_a_labels_column_is_fine(tmp_path):
    (tmp_path / "t.csv").write_text("text,label\na,in|out\nb,up\n")
    assert read_labelled(tmp_path / "t.csv").labels == ("in|out", "up")
    (tmp_path / "u.csv").write_text("text,labels\na,x\nb,y\n")
    assert read_labelled(tmp_path / "u.csv").labels == ("x", "y")


def _notes(tmp_path, labels):
    rows = "".join(f"text {i},{label}\n" for i, label in enumerate(labels))
    (tmp_path / "t.csv").write_text("text,label\n" + rows)
    notes = []
    read_labelled(tmp_path / "t.csv", notes=notes)
    return notes


@pytest.mark.parametrize("typo", ["refnud", "Refund", "refunds", "reund"])
def test_a_likely_typo_is_a_warning(tmp_path, typo):
    (note,) = _notes(tmp_path, ["refund"] * 3 + ["delivery"] * 3 + [typo])
    assert "line 8" in note
    assert repr(typo) in note
    assert "'refund'" in note
    assert "typo" in note


def test_short_names_and_far_names_are_no_typos(tmp_path):
    (note,) = _notes(tmp_path, ["ham", "ham", "spam"])
    assert "typo" not in note
    assert "'spam' has one row only" in note
    (note,) = _notes(tmp_path, ["refund", "refund", "complaint"])
    assert "typo" not in note
    assert all("typo" not in note for note in _notes(tmp_path, ["1000", "1000", "1001"]))


def test_pool_leaves_out_empty_texts_and_says_where(tmp_path):
    (tmp_path / "p.jsonl").write_text('{"text": "a"}\n{"text": null}\n{"id": 3}\n')
    notes = []
    assert read_pool(tmp_path / "p.jsonl", notes=notes).texts == ("a",)
    assert "lines 2, 3" in notes[0]
