"""``nanonet predict --max-error``: rows that are not sure enough stay without a label."""

from __future__ import annotations

import csv
import json

import nanonet
from _models import TEXTS, write_nano
from nanonet.cli import run

ONE = {"max_error": 0.1, "threshold": 0.7, "coverage": 0.5, "kept": 70, "wrong": 2}


def setup(folder, promises=(ONE,)):
    block = {"level": 0.95, "labels": 90, "promises": list(promises)}
    model = write_nano(folder / "model", thresholds=block)
    with open(folder / "new.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text"], *[[text] for text in TEXTS * 3]])
    return str(model), str(folder / "new.csv"), str(folder / "out.csv")


def test_unsure_rows_keep_an_empty_label_and_are_counted(tmp_path, capsys):
    model, table, out = setup(tmp_path)
    assert run(["predict", model, table, "--out", out, "--max-error", "0.1", "--json"]) == 0
    said = capsys.readouterr()
    facts = json.loads(said.out)
    with open(out, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    classifier = nanonet.load(model)
    texts = [row["text"] for row in rows]
    expected = classifier.predict(texts, abstain=classifier.promise(0.1))
    assert [row["label"] or None for row in rows] == expected
    assert 0 < facts["abstained"] == expected.count(None) < len(rows)
    assert all(row["confidence"] for row in rows)
    assert facts["promise"]["threshold"] == 0.7
    assert f"left without a label: {facts['abstained']} of {len(rows)} rows" in said.err


def test_what_cannot_be_promised_is_refused_before_anything_is_written(tmp_path, capsys):
    model, table, out = setup(tmp_path, promises=())
    assert run(["predict", model, table, "--out", out, "--max-error", "0.01"]) == 2
    assert "at least 299 hidden labels" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "new.csv"]
