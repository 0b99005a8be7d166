"""Every format is read alike, streamed in order, and typed values survive."""

import gzip
import io
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nanonet.data import iter_rows, open_table, read_labelled, read_pool, read_test
from nanonet.errors import UserError

TEXTS = ["where is my parcel", 'she said "no", twice', "two\nlines", "käse 🧀 干酪"]
LABELS = ["post", "talk", "talk", "food"]
CSV = (
    'text,label\nwhere is my parcel,post\n"she said ""no"", twice",talk\n'
    '"two\nlines",talk\nkäse 🧀 干酪,food\n'
)
JSONL = (
    '{"text": "where is my parcel", "label": "post"}\n'
    '{"text": "she said \\"no\\", twice", "label": "talk"}\n\n'
    '{"text": "two\\nlines", "label": "talk"}\n{"text": "käse 🧀 干酪", "label": "food"}\n'
)


def _write(folder, name):
    path = folder / name
    if name.startswith("t.csv"):
        data = CSV.encode()
    elif name.startswith("t.tsv"):
        rows = zip(["text", *TEXTS], ["label", *LABELS], strict=True)
        data = "".join(f'"{t}"\t{y}\n'.replace('"no"', '""no""') for t, y in rows).encode()
    elif name.startswith("t.jsonl"):
        data = JSONL.encode()
    else:
        pq.write_table(pa.table({"text": TEXTS, "label": LABELS}), path)
        return path
    if name.endswith(".gz"):
        data = gzip.compress(data)
    if name.endswith(".zst"):
        data = pa.compress(data, "zstd", asbytes=True)
    path.write_bytes(data)
    return path


NAMES = [f"t.{k}{p}" for k in ("csv", "tsv", "jsonl") for p in ("", ".gz", ".zst")] + ["t.parquet"]


@pytest.mark.parametrize("name", NAMES)
def test_every_format_gives_the_same_rows(tmp_path, name):
    path = _write(tmp_path, name)
    labelled = read_labelled(path)
    assert list(labelled.texts) == TEXTS
    assert list(labelled.labels) == LABELS
    assert [row["text"] for row in iter_rows(path)] == TEXTS


def test_txt_is_one_text_a_line_and_blank_lines_are_rows(tmp_path):
    (tmp_path / "pool.txt").write_text("one\n\ntwo\r\n", newline="")
    assert list(iter_rows(tmp_path / "pool.txt")) == [
        {"text": "one"},
        {"text": ""},
        {"text": "two"},
    ]
    notes = []
    assert read_pool(tmp_path / "pool.txt", notes=notes).texts == ("one", "two")
    assert "line 2" in notes[0]


def test_windows_line_ends_byte_order_mark_and_blank_lines(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbftext,label\r\na,x\r\n\r\nb,y\r\n")
    labelled = read_labelled(tmp_path / "t.csv")
    assert labelled.texts == ("a", "b")
    assert labelled.labels == ("x", "y")


def test_other_columns_are_named_by_the_caller(tmp_path):
    (tmp_path / "t.csv").write_text("body,kind,id\na,x,1\nb,y,2\n")
    assert read_labelled(tmp_path / "t.csv", text="body", label="kind").labels == ("x", "y")


def test_rows_are_streamed_not_gathered(tmp_path):
    with open(tmp_path / "t.csv", "w") as out:
        out.write("text\n")
        out.writelines(f"text number {i}\n" for i in range(5000))
        out.write('"never closed\n')  # found only by whoever reads that far
    source = open_table(tmp_path / "t.csv")
    first = next(source.chunks)
    assert first.rows()[0] == {"text": "text number 0"}
    assert len(first.numbers) < 5000
    with pytest.raises(UserError, match="line 5002"):
        list(source.chunks)


@pytest.mark.parametrize(
    "name", ["t.csv", "t.tsv", "t.jsonl", "t.csv.gz", "t.jsonl.zst", "t.parquet"]
)
def test_standard_input_is_recognised_by_its_content(tmp_path, monkeypatch, name):
    data = _write(tmp_path, name).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert list(read_test("-").labels) == LABELS


def test_numbers_as_labels_become_names(tmp_path):
    pq.write_table(
        pa.table({"text": ["a", "b", "c"], "label": [1.0, 2.0, 1.0]}), tmp_path / "t.parquet"
    )
    notes = []
    assert read_labelled(tmp_path / "t.parquet", notes=notes).labels == ("1", "2", "1")
    assert any("numbers" in note and "'1', '2'" in note for note in notes)
    (tmp_path / "t.jsonl").write_text('{"text":"a","label":1}\n{"text":"b","label":2.5}\n')
    assert read_labelled(tmp_path / "t.jsonl").labels == ("1", "2.5")
    (tmp_path / "t.csv").write_text("text,label\na,1\nb,2\n")
    notes = []
    assert read_labelled(tmp_path / "t.csv", notes=notes).labels == ("1", "2")
    assert any("numbers" in note for note in notes)


def test_word_labels_are_not_called_numbers(tmp_path):
    (tmp_path / "t.csv").write_text("text,label\na,x\nb,y\nc,x\nd,y\n")
    notes = []
    read_labelled(tmp_path / "t.csv", notes=notes)
    assert notes == []


def test_a_text_of_five_megabytes_is_accepted_with_a_note(tmp_path):
    (tmp_path / "t.csv").write_text("text,label\na,x\n" + "word " * 1_000_000 + ",y\n")
    notes = []
    labelled = read_labelled(tmp_path / "t.csv", notes=notes)
    assert len(labelled.texts[1]) == 5_000_000
    assert any("line 3" in note and "50,000" in note for note in notes)


def test_empty_test_texts_stay_with_a_note(tmp_path):
    (tmp_path / "t.csv").write_text("text,label\n,x\nb,y\n")
    notes = []
    assert read_test(tmp_path / "t.csv", notes=notes).texts == ("", "b")
    assert "line 2" in notes[0]
