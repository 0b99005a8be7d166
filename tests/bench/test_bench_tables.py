"""Tables are written from the results, the same every time, and a stale one is noticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bench.tables import NOT_YET, TABLES, TableError, render, update, waiting


def cell(method: str, seed: int, accuracy: float, **more: Any) -> dict[str, Any]:
    figures = {"rows": 9, "accuracy": accuracy, "macro_f1": 0.5, "ece": 0.04, "log_loss": 0.6}
    base = {"set": "sst2", "shots": 10, "names": "none", "seed": seed, "method": method}
    return base | {"figures": figures, "fit_s": 2.0, "commit": "c" * 40} | more


NANO = {"student": "nano", "artefact_bytes": 1_500_000, "nano": {"accuracy": 0.7}}
MACHINE = {
    "cores": 2,
    "cpu": "Some CPU",
    "system": "Linux x86_64",
    "python": "3.11.7",
    "versions": {"numpy": "2.0", "setfit": "1.2.0"},
    "commit": "c" * 40,
}
ACCURACY = {
    "machine": MACHINE,
    "cells": [
        cell("nanonet", 0, 0.8, **NANO),
        cell("nanonet", 1, 0.7, **NANO | {"student": "micro", "artefact_bytes": 23_000_000}),
        cell("nanonet", 0, 0.9, **NANO | {"names": "with"}),
        cell("nanonet", 0, 0.6, **NANO | {"names": "only", "shots": 0}),
        cell("setfit", 0, 0.7),
        cell("setfit", 1, 0.7),
    ],
}
TIME = {
    "machine": MACHINE,
    "settings": {"shots": 10, "set": "ag_news", "rows": 20000},
    "walls": {
        "setfit": {"wall_s": 300.0, "peak_mb": 900.0},
        "nanonet_cold": {"wall_s": 100.0, "peak_mb": 700.0},
        "nanonet_warm": {"wall_s": 20.0, "peak_mb": 400.0},
    },
    "setfit_over": {"nanonet_cold": 3.0, "nanonet_warm": 15.0},
}


def speeds(per_s: float, ratio: float, **more: Any) -> dict[str, Any]:
    found = {"texts": 9, "characters": 235, "per_s": per_s, "cpu_per_s": 2 * per_s, "ratio": ratio}
    return found | {"ratio_range": [ratio, ratio], "p50_us": 3.5, "p99_us": 12_345.0} | more


RUNS = [
    {"set": "ag_news", "threads": 1,
     "methods": {"setfit": speeds(100, 250.0), "nano": speeds(25_000, 1.0, cpu_per_s=75_000)}},
    {"set": "ag_news", "threads": 2,
     "methods": {"setfit": speeds(150, 300.0), "nano": speeds(45_000, 1.0)}},
]  # fmt: skip
RUNTIME = {
    "machine": MACHINE,
    "settings": {"threads": [1, 2], "sets": ["ag_news"]},
    "student": "nano",
    "artefact_bytes": 1_500_000,
    "wheel_bytes": 130_000,
    "processes": {
        "import": {"added_s": 0.1, "added_cpu_s": 0.09},
        "cold_predict": {"wall_s": 0.4, "cpu_s": 0.3, "peak_mb": 60.0},
    },
    "runs": RUNS,
    "files": {},
    "memory_texts": 1000,
    "memory_mb": {"setfit": 700.0, "nano": 45.0},
}
SIZE = {
    "machine": MACHINE,
    "cells": [
        {"set": "sst2", "shots": 10, "seed": seed, "commit": "c" * 40,
         "float32": {"accuracy": 0.9, "ngrams": 9, "bytes": 3_000_000},
         "sizes": [{"max_mb": 0.25, "accuracy": 0.8 + seed / 10, "bits": 4, "bytes": 9}]}
        for seed in (0, 1)
    ],
}  # fmt: skip
LONG = {
    "machine": MACHINE, "rows": 9000, "input_bytes": 2e9, "output_bytes": 3e9, "equal": True,
    "unbroken": {"wall_s": 50.0, "peak_mb": 55.0}, "last": {"wall_s": 9.0, "peak_mb": 57.0},
    "killed": [{"rows": 2000, "peak_mb": 99.0}],
}  # fmt: skip
DRAW = {"set": "sst2", "seed": 0, "pool": 9, "test": 9, "base": "b"}
FACTORS = {"teacher": "lora", "mutual": "on", "online": "online", "students": "three"}
MEASURED = {"figures": {"teacher": 0.8}, "parameters": {}, "disagreement": 0.1, "fit_s": 1.0}
ABLATION = {"bases": {}, "cells": [DRAW | FACTORS | MEASURED | {"rows": {"test": 9}}]}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    folder.mkdir()
    documents = {"accuracy": ACCURACY, "time": TIME, "runtime": RUNTIME, "ablation": ABLATION}
    documents |= {"size": SIZE, "table": LONG}
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    return folder


def marked(name: str, inside: str = "") -> str:
    return f"before\n<!-- bench:{name} -->\n{inside}<!-- /bench -->\nafter\n"


def test_means_spreads_and_the_best_method_in_bold(results) -> None:
    assert render(marked("accuracy", "old\n"), "README.md", results) == marked(
        "accuracy",
        "| data | labels a class | draws | nanonet | SetFit |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
        "| sst2 | 10 | 2 | **.750 ± .071** | .700 ± .000 |\n",
    )


def test_class_names_stand_in_columns_of_their_own(results) -> None:
    text = render(marked("names"), "README.md", results)
    assert "| nanonet | sst2 | 10 | .750 ± .071 | .900 | .600 |\n" in text


def test_what_nanonet_kept(results) -> None:
    text = render(marked("nanonet"), "README.md", results)
    assert "| micro 1, nano 1 | 1.5-23.0 MB | .750 ± .071 |" in text


def test_costs(results) -> None:
    assert "nothing cached | 100 s | 700 MiB | 3.0 x |" in render(marked("time"), "r", results)
    assert "| 0.40 s | 0.30 s |" in render(marked("runtime"), "r", results)
    assert "2 cores of Some CPU" in render(marked("machine"), "r", results)


def test_speeds(results) -> None:
    def made(name: str) -> str:
        return render(marked(name), "r", results)

    assert "| SetFit MiniLM, torch | 200 | 375 x | 1 | 700 MiB |" in made("throughput")
    assert "| nanonet nano | 75,000 | 1 | 375 x | 45 MiB |" in made("throughput")
    assert "| SetFit MiniLM, torch | 150 | 300 x (300-300) |" in made("speed")
    assert "| SetFit MiniLM, torch | 375 x |" in made("processor")
    assert "| nanonet nano | 3.5 µs | 12.3 ms |" in made("latency")
    assert "| nanonet nano | 1.80 x |" in made("scaling")
    assert "| nanonet nano | 45 MiB | 1.5 MB |" in made("memory")
    assert "| sst2 | 2 | .850 ± .071 (4 bit) | .900 ± .000 (3.0 MB) |" in made("size")
    assert "| largest peak of all processes | 99 MiB |" in made("table")
    assert "| nanonet's own wheel | 0.13 MB |  |" in made("runtime")


HERE = {"accuracy.json", "time.json", "runtime.json", "ablation.json", "size.json", "table.json"}


# The tables of other result files have tests beside those who measure them.
@pytest.mark.parametrize("name", sorted(n for n, (file, _) in TABLES.items() if file in HERE))
def test_writing_twice_changes_nothing(name, results) -> None:
    once = render(marked(name), "README.md", results)
    assert once != marked(name)
    assert render(once, "README.md", results) == once


def test_check_finds_a_stale_table_and_writes_nothing(tmp_path, results) -> None:
    document = tmp_path / "docs" / "deep" / "figures.md"
    document.parent.mkdir(parents=True)
    document.write_text(marked("accuracy", "| stale |\n"))
    assert any("stale" in line for line in update(tmp_path, results, check=True))
    assert "stale" in document.read_text()
    update(tmp_path, results, check=False)
    assert update(tmp_path, results, check=True) == []


def test_marks_that_cannot_be_filled_say_why(tmp_path, results) -> None:
    with pytest.raises(TableError, match="no table 'weather'"):
        render(marked("weather"), "README.md", results)
    with pytest.raises(TableError, match="no <!-- /bench -->"):
        render("<!-- bench:accuracy -->\n", "README.md", results)
    with pytest.raises(TableError, match=r"python -m bench\.run time"):
        render(marked("time", "| a claim |\n"), "README.md", tmp_path)


def test_an_empty_mark_waits_for_its_result_file(tmp_path, results) -> None:
    (tmp_path / "README.md").write_text(marked("time") + marked("headline"))
    (results / "time.json").unlink()
    assert render(marked("time"), "README.md", results) == marked("time")
    assert waiting(tmp_path, results) == [
        "README.md: table 'time' waits for python -m bench.run time"
    ]
    assert update(tmp_path, results, check=True) != []


def test_a_table_that_was_never_measured_says_so_until_it_is(tmp_path, results) -> None:
    (tmp_path / "README.md").write_text(marked("ablation", NOT_YET))
    (results / "ablation.json").rename(tmp_path / "aside.json")
    assert update(tmp_path, results, check=True) == []
    assert len(waiting(tmp_path, results)) == 1
    (tmp_path / "aside.json").rename(results / "ablation.json")
    update(tmp_path, results, check=False)
    assert NOT_YET not in (tmp_path / "README.md").read_text()
    assert "| reference: lora teacher" in (tmp_path / "README.md").read_text()


def test_the_headline_is_ten_labels_a_class_and_three_methods(results) -> None:
    more = [cell("tfidf", 0, 0.9), cell("setfit", 0, 0.1, shots=30)]
    document = ACCURACY | {"cells": ACCURACY["cells"] + more}
    (results / "accuracy.json").write_text(json.dumps(document))
    assert render(marked("headline"), "README.md", results) == marked(
        "headline",
        "| data | labels a class | draws | nanonet | SetFit |\n"
        "| --- | ---: | ---: | ---: | ---: |\n"
        "| sst2 | 10 | 2 | **.750 ± .071** | .700 ± .000 |\n",
    )
