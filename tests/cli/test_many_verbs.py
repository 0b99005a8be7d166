"""The verbs on a model that gives several labels a text."""

import json

import pytest

from _models import topic_weights, write_nano

MANY = {
    "task": "multi-label",
    "calibration": {"kind": "sigmoid", "scale": [8.0, 8.0, 8.0], "shift": [-2.0, -2.0, -2.0]},
    "thresholds": {"per_class": {"business": 0.5, "sport": 0.5, "world": 0.5}},
}
WORDS = {"profit": 0, "goal": 1, "talks": 2}
TABLE = "text,id\nprofit profit goal goal,1\ngoal,2\nnothing,3\n,4\n"
TRUTH = "text,labels\nprofit profit goal goal,business|sport\ngoal,world\nnothing,\n"


@pytest.fixture
def many(tmp_path):
    return str(write_nano(tmp_path / "many", topic_weights(WORDS), **MANY))


def test_predict_joins_labels_and_confidences(nanonet, tmp_path, many):
    (tmp_path / "t.csv").write_text(TABLE)
    code, out, _ = nanonet("predict", many, str(tmp_path / "t.csv"), "--json")
    assert code == 0
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["labels"] for row in rows] == ["business|sport", "sport", "", ""]
    assert [len(row["confidences"].split("|")) for row in rows[:2]] == [2, 1]
    assert rows[2]["confidences"] == ""
    assert [row["id"] for row in rows] == ["1", "2", "3", "4"]


def test_predict_goes_on_and_writes_every_format(nanonet, tmp_path, many):
    (tmp_path / "t.csv").write_text(TABLE)
    for name in ("a.csv", "a.jsonl", "a.parquet"):
        assert (
            nanonet("predict", many, str(tmp_path / "t.csv"), "--out", str(tmp_path / name))[0] == 0
        )
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[0] == "text,id,labels,confidences"
    assert lines[3:] == ["nothing,3,,", ",4,,"]
    # What was written can be read back as labels.
    code, out, _ = nanonet("evaluate", many, str(tmp_path / "a.csv"), "--json")
    assert (code, json.loads(out)["micro_f1"]) == (0, 1.0)


def test_evaluate_tells_both_kinds_of_f1(nanonet, tmp_path, many):
    (tmp_path / "t.csv").write_text(TRUTH)
    code, out, err = nanonet("evaluate", many, str(tmp_path / "t.csv"), "--json")
    assert code == 0
    assert "without any label" in err
    scores = json.loads(out)
    assert (scores["rows"], scores["accuracy"]) == (3, pytest.approx(2 / 3))
    assert scores["micro_f1"] == pytest.approx(2 * 2 / (3 + 3))
    assert scores["macro_f1"] == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert 0 < scores["ece"] < 1
    assert scores["log_loss"] > 0
    flags = "text,sport,business\ngoal,1,0\nprofit profit,0,1\n"
    (tmp_path / "f.csv").write_text(flags)
    label = ["--label", "sport", "--label", "business"]
    code, out, _ = nanonet("evaluate", many, str(tmp_path / "f.csv"), *label)
    assert code == 0
    assert "micro_f1" in out


def test_explain_and_info(nanonet, many):
    code, out, _ = nanonet("explain", many, "profit profit goal goal", "--json")
    told = json.loads(out)
    assert (code, told["labels"]) == (0, ["business", "sport"])
    assert {one["label"] for one in told["explanations"]} == {"business", "sport"}
    assert nanonet("explain", many, "nothing")[1].startswith("labels: none\n")
    assert "any number of them a text" in nanonet("info", many)[1]


REFUSALS = {
    "a promise": ("predict", ["t.csv", "--max-error", "0.05"], "--max-error"),
    "an unknown label": ("evaluate", ["u.csv"], "does not know the label 'war'"),
    "another form": ("export", ["--to", "onnx", "--out", "o"], "several labels a text"),
    "asking": ("ask", ["t.csv", "--count", "2", "--out", "n.csv"], "several labels a text"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_for_one_label_says_so(nanonet, tmp_path, monkeypatch, many, case):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "u.csv").write_text("text,labels\na,war\n")
    verb, arguments, word = REFUSALS[case]
    code, out, err = nanonet(verb, many, *arguments)
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("error: ")
    assert word in err
