"""What goes in comes out: every column, every row, in order, with the new columns at the end."""

import datetime
import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nanonet.data import Answers, added_names, check_target, iter_rows, open_table, write_table
from nanonet.errors import UserError


def _score(source):
    for chunk in source.chunks:
        count = len(chunk.numbers)
        yield Answers(chunk, {"label": ["x"] * count, "confidence": [0.5] * count})


def _run(path, out):
    source = open_table(path)
    return write_table(out, source, _score(source)).mark.rows


@pytest.mark.parametrize("end", [".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz", ".jsonl.zst"])
def test_csv_to_every_format(tmp_path, end):
    rows = [(str(i), f'text "{i}", of\tmany\nlines ü', "") for i in range(5000)]
    (tmp_path / "in.jsonl").write_text(
        "".join(
            json.dumps(dict(zip(("id", "text", "void"), row, strict=True))) + "\n" for row in rows
        )
    )
    assert _run(tmp_path / "in.jsonl", tmp_path / f"out{end}") == 5000
    out = list(iter_rows(tmp_path / f"out{end}"))
    assert list(out[0]) == ["id", "text", "void", "label", "confidence"]
    assert [(row["id"], row["text"], row["void"]) for row in out] == rows
    assert {(row["label"], float(row["confidence"])) for row in out} == {("x", 0.5)}
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".tmp")] == []


def test_parquet_keeps_its_types(tmp_path):
    when = datetime.datetime(2024, 5, 1, 12, 30)
    table = pa.table(
        {
            "text": pa.array(["a", None], pa.large_string()),
            "n": pa.array([1, None], pa.int16()),
            "when": pa.array([when, when], pa.timestamp("ns")),
            "tags": pa.array([["p"], []]),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    _run(tmp_path / "in.parquet", tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.drop(["label", "confidence"]).equals(table)
    _run(tmp_path / "in.parquet", tmp_path / "out.csv")
    first = next(iter_rows(tmp_path / "out.csv"))
    assert first == {
        "text": "a", "n": "1", "when": "2024-05-01 12:30:00", "tags": '["p"]',
        "label": "x", "confidence": "0.5",
    }  # fmt: skip


def test_jsonl_keeps_nesting_nulls_and_lone_surrogates(tmp_path):
    lines = ['{"text": "a", "m": {"k": [1, null]}}', '{"text": "\\ud800 b", "new": true}']
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    _run(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    added = {"label": "x", "confidence": 0.5}
    assert out == [{**json.loads(line), **added} for line in lines]
    with pytest.raises(UserError, match=r"line 2.*'new'.*jsonl"):
        _run(tmp_path / "in.jsonl", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_columns_that_are_taken_get_a_prefix(tmp_path):
    (tmp_path / "in.csv").write_text("text,label\na,x\n")
    source = open_table(tmp_path / "in.csv")
    assert added_names(source, ("label", "confidence")) == ("predicted_label", "confidence")


def test_the_output_appears_only_when_complete(tmp_path):
    (tmp_path / "in.csv").write_text("text\na\nb,c\n")
    (tmp_path / "out.csv").write_text("from before")
    with pytest.raises(UserError, match="line 3"):
        _run(tmp_path / "in.csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "from before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_the_input_may_be_its_own_output(tmp_path):
    (tmp_path / "t.csv").write_text("text\na\n")
    _run(tmp_path / "t.csv", tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "text,label,confidence\na,x,0.5\n"


def test_packed_output_is_the_same_each_time(tmp_path):
    (tmp_path / "in.csv").write_text("text\na\n")
    _run(tmp_path / "in.csv", tmp_path / "one.csv.gz")
    _run(tmp_path / "in.csv", tmp_path / "two.csv.gz")
    assert (tmp_path / "one.csv.gz").read_bytes() == (tmp_path / "two.csv.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.csv.gz").read_bytes()).startswith(b"text,label")


@pytest.mark.parametrize(
    ("name", "word"), [("o.txt", "one column"), ("o.doc", ".csv"), ("gone/o.csv", "make it first")]
)
def test_bad_output_names_are_refused_before_any_work(tmp_path, name, word):
    with pytest.raises(UserError, match=word):
        check_target(str(tmp_path / name))


def test_a_full_disk_is_one_sentence(tmp_path):
    (tmp_path / "in.csv").write_text("text\na\n")
    source = open_table(tmp_path / "in.csv")

    def broken():
        yield from _score(source)
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left"):
        write_table(tmp_path / "out.csv", source, broken())
    assert not (tmp_path / "out.csv").exists()
