"""predict: columns and order kept, formats, streams, and the notes that go with them."""

import csv
import io
import json
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from nanonet.data import iter_rows

TABLE = 'id,text,note\n1,my parcel,"a,b"\n2,money back,\n3,nothing known,x\n'


def test_csv_to_standard_output(nanonet, model, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    code, out, err = nanonet("predict", model, "t.csv")
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0]) == ["id", "text", "note", "label", "confidence"]
    assert [row["label"] for row in rows] == ["delivery", "refund", "delivery"]
    assert [(row["id"], row["note"]) for row in rows] == [("1", "a,b"), ("2", ""), ("3", "x")]
    assert all(0.5 <= float(row["confidence"]) <= 1 for row in rows)


def test_same_answers_as_python(nanonet, model, tmp_path):
    import nanonet as package

    (tmp_path / "t.csv").write_text(TABLE)
    nanonet("predict", model, "t.csv", "--out", "o.jsonl")
    rows = list(iter_rows(tmp_path / "o.jsonl"))
    proba = package.load(model).predict_proba([row["text"] for row in rows])
    assert [row["confidence"] for row in rows] == pytest.approx(
        proba.max(axis=1).tolist(), abs=1e-6
    )


def test_out_decides_the_format(nanonet, model, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    for name in ("o.tsv", "o.jsonl.gz", "o.parquet"):
        assert nanonet("predict", model, "t.csv", "--out", name) == (0, "", "")
        labels = [row["label"] for row in iter_rows(tmp_path / name)]
        assert labels == ["delivery", "refund", "delivery"]
    assert pq.read_schema(tmp_path / "o.parquet").field("confidence").type == "double"


def test_json_flag(nanonet, model, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    code, out, _ = nanonet("predict", model, "t.csv", "--json")
    assert code == 0
    assert [json.loads(line)["label"] for line in out.splitlines()][1] == "refund"
    code, out, _ = nanonet("predict", model, "t.csv", "--json", "--out", "o.csv")
    assert json.loads(out)["rows"] == 3


def test_a_label_column_is_kept_and_the_new_one_gets_a_prefix(nanonet, model, tmp_path):
    (tmp_path / "t.csv").write_text("text,label\nmy parcel,old\n")
    code, out, err = nanonet("predict", model, "t.csv")
    assert code == 0
    assert out.splitlines()[0] == "text,label,predicted_label,confidence"
    assert out.splitlines()[1].startswith("my parcel,old,delivery,")
    assert err.startswith("note: ")
    assert "'predicted_label'" in err


def test_empty_texts_are_labelled_and_counted(nanonet, model, tmp_path):
    (tmp_path / "t.jsonl").write_text('{"text": ""}\n{"text": null}\n{"text": "money"}\n')
    code, out, err = nanonet("predict", model, "t.jsonl")
    assert code == 0
    assert [json.loads(line)["label"] for line in out.splitlines()] == ["delivery"] * 2 + ["refund"]
    assert "empty text: 2" in err


def test_many_rows_keep_their_order(nanonet, model, tmp_path):
    texts = ["parcel" if i % 3 else "money" for i in range(7000)]
    (tmp_path / "t.txt").write_text("\n".join(texts))
    assert nanonet("predict", model, "t.txt", "--out", "o.csv")[0] == 0
    rows = list(iter_rows(tmp_path / "o.csv"))
    assert [row["text"] for row in rows] == texts
    assert [row["label"] for row in rows] == [
        "delivery" if i % 3 else "refund" for i in range(7000)
    ]


def test_a_pipe_in_and_out(model):
    done = subprocess.run(
        [sys.executable, "-m", "nanonet", "predict", model, "-"],
        input=TABLE, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.splitlines()[2].startswith("2,money back,,refund,")


def test_a_reader_that_leaves_early_is_no_error(model, tmp_path):
    with open(tmp_path / "t.txt", "w") as out:
        out.writelines(f"parcel number {i}\n" for i in range(50_000))
    command = f"{sys.executable} -m nanonet predict {model} {tmp_path}/t.txt | head -n 2"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 2


BAD = {
    "no such model": (["nowhere", "t.csv"], "nowhere"),
    "no such table": (["{model}", "none.csv"], "none.csv: no such file"),
    "no such column": (["{model}", "t.csv", "--text", "body"], "'id', 'text', 'note'"),
    "no rows": (["{model}", "e.csv", "--out", "o.parquet"], "no rows"),
    "nothing at all": (["{model}", "e.jsonl"], "empty"),
    "unknown ending": (["{model}", "t.csv", "--out", "o.xls"], ".csv, .tsv"),
    "not a text": (["{model}", "n.jsonl"], "line 2"),
    "unknown option": (["{model}", "t.csv", "--txt", "x"], "--txt"),
    "missing argument": (["{model}"], "TABLE"),
}


@pytest.mark.parametrize("case", BAD)
def test_mistakes_are_one_sentence_and_exit_code_2(nanonet, model, tmp_path, case):
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "n.jsonl").write_text('{"text": "a"}\n{"text": 1}\n')
    (tmp_path / "e.csv").write_text("text\n")
    (tmp_path / "e.jsonl").write_text("")
    arguments, word = BAD[case]
    code, _, err = nanonet("predict", *(a.format(model=model) for a in arguments))
    assert code == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert word in err
    assert not list(tmp_path.glob("*o.*"))
