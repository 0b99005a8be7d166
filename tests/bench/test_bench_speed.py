"""The speed tables' measuring: samples, turns, processes that are killed, pictures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from bench.cells import CellLog
from bench.runtime import Part, RuntimeSettings, job, joined, memory, parts
from bench.size_command import SIZES
from bench.speed_job import Job, read_job, sample
from bench.speed_methods import METHODS
from bench.speed_nano import table_nano

from bench import plots, table_resume, throughput

pytest.importorskip("sklearn", reason="the TF-IDF peer needs scikit-learn")
CHEAP = ("nano", "tfidf")


@pytest.fixture
def cheap(small_data: Path, tmp_path: Path) -> Job:
    """A job of two methods that need no encoder."""
    settings = RuntimeSettings(sets=("trec6",), rounds=2, methods=CHEAP)
    nano = table_nano("trec6", small_data, tmp_path / "nano")
    return job(settings, "trec6", small_data, tmp_path, None, nano)


def test_a_sample_has_the_lengths_of_the_whole_and_is_always_the_same():
    texts = ["x" * length for length in range(1, 1001)]
    few = sample(texts, 10)
    assert few == sample(texts, 10)
    assert sorted(map(len, few)) == list(range(51, 1000, 100))
    assert list(map(len, few)) != sorted(map(len, few))
    assert len(sample(texts, 5000)) == 1000


def test_a_job_comes_back_from_its_file(cheap, tmp_path):
    assert read_job(cheap.write(tmp_path / "job.json")) == cheap
    assert cheap.classes == ("food", "sport")


def test_rates_come_in_turns_and_are_told_as_ratios(cheap, tmp_path, monkeypatch):
    monkeypatch.setattr(throughput, "QUICK_S", 0.01)
    monkeypatch.setattr(throughput, "LATENCY_S", 0.05)
    given = Job(**{**cheap.__dict__, "latency": True}).write(tmp_path / "job.json")
    throughput.main(str(given), str(tmp_path / "out.json"))
    found = json.loads((tmp_path / "out.json").read_text())["methods"]
    assert set(found) == set(CHEAP)
    assert found["nano"]["ratio"] == 1
    assert found["tfidf"]["ratio"] == pytest.approx(
        found["nano"]["per_s"] / found["tfidf"]["per_s"], rel=0.01
    )
    for one in found.values():
        assert one["p50_us"] <= one["p99_us"]
        assert one["per_s_range"][0] <= one["per_s"] <= one["per_s_range"][1]
        assert 3 <= one["calls"] <= 20


def test_a_method_that_loses_a_text_is_an_error():
    turns = throughput.Turns(["a", "b"])
    with pytest.raises(RuntimeError, match="1 labels for 2 texts"):
        throughput.one_turn(lambda texts: ["x"], turns)


def test_memory_is_that_of_a_process_with_one_method(cheap, tmp_path):
    nano = memory(cheap, "nano", tmp_path)
    assert 20 < nano < 150  # NumPy and the table, no scikit-learn
    assert memory(cheap, "tfidf", tmp_path) > nano


def test_parts_that_are_done_are_kept_and_joined_as_the_tables_read_them(tmp_path):
    settings = RuntimeSettings(sets=("ag_news", "imdb"), threads=(1, 2), methods=CHEAP)
    wanted = parts(settings)
    assert [(p.name, p.threads) for p in wanted if p.what == "throughput"] == [
        ("ag_news", 1), ("imdb", 1), ("ag_news", 2), ("imdb", 2),
    ]  # fmt: skip
    log = CellLog(tmp_path / "log.jsonl", Part)
    log.add(Part("processes"), {"costs": {"import": {}}, "wheel_bytes": 5})
    log.add(Part("memory", "tfidf"), {"peak_mb": 99.0})
    log.add(Part("throughput", "imdb", 2), {"set": "imdb"})
    log.add(Part("throughput", "ag_news", 1), {"set": "ag_news"})
    found = joined(settings, CellLog(tmp_path / "log.jsonl", Part))
    assert [run["set"] for run in found["runs"]] == ["ag_news", "imdb"]
    assert found["memory_mb"] == {"tfidf": 99.0}
    assert found["wheel_bytes"] == 5


def test_every_method_has_a_title_of_its_own_and_slow_ones_get_whole_batches():
    assert len({method.title for method in METHODS.values()}) == len(METHODS)
    assert {name for name, method in METHODS.items() if method.batched} == {
        "setfit", "setfit-onnx", "setfit-onnx-int8",
    }  # fmt: skip
    assert throughput.batches(["x" * 55] * 9) == 256
    assert throughput.batches(["x" * 1300] * 9) == 64


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="Linux only")
def test_a_table_in_pieces_is_the_whole_one(cheap, small_data, tmp_path, monkeypatch):
    shutil.copytree(small_data / "trec6", small_data / "ag_news")
    found = table_resume.compared(Path(cheap.nano), 250_000, 1, small_data, tmp_path)
    assert found["equal"]
    assert 0 < found["killed"][0]["rows"] < 250_000
    assert max(found["unbroken"]["peak_mb"], found["killed"][0]["peak_mb"]) < 150
    assert [path.name for path in tmp_path.glob("pieces*")] == ["pieces.csv"]


def test_pictures_are_the_same_bytes_each_time(tmp_path):
    pytest.importorskip("matplotlib", reason="pip install 'nanonet[bench]'")
    sizes = [{"max_mb": size, "accuracy": 0.8 + size / 100} for size in SIZES]
    cell = {"set": "sst2", "float32": {"accuracy": 0.9}, "sizes": sizes}
    (tmp_path / "size.json").write_text(json.dumps({"cells": [cell, cell | {"set": "imdb"}]}))
    first = plots.draw(tmp_path, tmp_path / "a")
    again = plots.draw(tmp_path, tmp_path / "b")
    assert [path.name for path in first] == ["size-accuracy.svg"]
    assert first[0].read_bytes() == again[0].read_bytes()
    assert "sst2" in first[0].read_text()
