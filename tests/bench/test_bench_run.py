"""The accuracy run end to end on a tiny set: cells are kept, resumed and redone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench.cells import CellLog, Key, Places, keys
from bench.run import main, numbers
from click.testing import CliRunner

pytest.importorskip("sklearn", reason="the TF-IDF peer needs scikit-learn")


def run(data: Path, out: Path, *more: str):
    arguments = ["accuracy", "--sets", "trec6", "--shots", "3", "--seeds", "0-1"]
    arguments += ["--methods", "tfidf", "--data", str(data), "--out", str(out)]
    return CliRunner().invoke(main, [*arguments, *more])


def test_every_cell_is_run_once_and_the_result_says_where_and_what(small_data, tmp_path) -> None:
    out = tmp_path / "accuracy.json"
    assert run(small_data, out).exit_code == 0
    result = json.loads(out.read_text())
    assert [cell["seed"] for cell in result["cells"]] == [0, 1]
    assert {"cores", "cpu", "versions", "commit"} <= set(result["machine"])
    figures = result["cells"][0]["figures"]
    assert figures["rows"] == 20
    assert figures["accuracy"] > 0.8
    assert set(figures) == {"rows", "accuracy", "macro_f1", "ece", "log_loss"}


def test_finished_cells_are_skipped_and_a_torn_line_is_run_again(small_data, tmp_path) -> None:
    out, log = tmp_path / "accuracy.json", tmp_path / "accuracy.cells.jsonl"
    run(small_data, out)
    first, second = log.read_text().splitlines()
    log.write_text(first.replace('"fit_s": ', '"fit_s": 7') + "\n" + second[:25])
    assert run(small_data, out).exit_code == 0
    cells = json.loads(out.read_text())["cells"]
    assert str(cells[0]["fit_s"]).startswith("7")
    assert cells[1]["figures"] == json.loads(second)["result"]["figures"]
    assert len(CellLog(log).done) == 2


def test_redo_runs_cells_of_another_commit_again(small_data, tmp_path) -> None:
    out, log = tmp_path / "accuracy.json", tmp_path / "accuracy.cells.jsonl"
    run(small_data, out)
    old = log.read_text().splitlines()[0]
    row = json.loads(old)
    row["result"] |= {"commit": "0" * 40, "notes": "stale"}
    log.write_text(json.dumps(row) + "\n")
    run(small_data, out, "--redo", "tfidf")
    assert all(cell["notes"] != "stale" for cell in json.loads(out.read_text())["cells"])


def test_a_cell_that_fails_costs_the_exit_code_and_not_the_others(small_data, tmp_path) -> None:
    out, log = tmp_path / "accuracy.json", tmp_path / "accuracy.cells.jsonl"
    arguments = ["--methods", "lr,tfidf", "--seeds", "0"]
    # A file where the cache folder should be: the peer that needs the encoder cannot run.
    file = tmp_path / "file"
    file.write_text("")
    assert run(small_data, out, *arguments, "--cache-dir", str(file / "cache")).exit_code == 1
    assert [key.method for key in CellLog(log).done] == ["tfidf"]


def test_cells_come_in_a_fixed_order_and_names_only_have_no_shots() -> None:
    found = list(keys(["sst2"], [5, 10], ["none", "only"], [0, 1], ["nanonet", "lr"]))
    assert found[:2] == [Key("sst2", 5, "none", 0, "nanonet"), Key("sst2", 5, "none", 0, "lr")]
    assert found[-2:] == [
        Key("sst2", 0, "only", 0, "nanonet"),
        Key("sst2", 0, "only", 1, "nanonet"),
    ]
    assert len(found) == len(set(found)) == 10


def test_class_names_need_a_file_that_is_there(tmp_path) -> None:
    key = Key("sst2", 0, "only", 0, "nanonet")
    with pytest.raises(SystemExit, match=r"sst2\.toml is not there"):
        Places(classes_dir=tmp_path).classes_file(key)
    assert Places().classes_file(Key("sst2", 5, "none", 0, "nanonet")) is None


def test_lists_on_the_command_line() -> None:
    assert numbers("0-2,10") == (0, 1, 2, 10)
    wrong = CliRunner().invoke(main, ["accuracy", "--sets", "trec7"])
    assert wrong.exit_code == 2
    assert "trec7" in wrong.output
    assert "ag_news" in wrong.output
    assert CliRunner().invoke(main, ["accuracy", "--seeds", "0-x"]).exit_code == 2
