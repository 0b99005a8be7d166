"""The ablation end to end with a tiny encoder, its design, and its table worked out by hand."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.ablation_design import (
    FACTORS,
    REFERENCE,
    AblationKey,
    AblationSettings,
    Variant,
    variants,
)
from bench.cells import CellLog
from bench.protocol import draw, load
from bench.run import main
from click.testing import CliRunner

from bench import _ablation_tables as tables
from bench import ablation

MEMBERS = {"teacher", "micro_first", "micro_last", "nano"}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch", reason="the ablation trains encoders")
    pytest.importorskip("transformers", reason="the ablation trains encoders")
    from _encoders import tiny_folder

    torch.set_num_threads(1)
    return tiny_folder("bert", tmp_path_factory.mktemp("encoder") / "tiny")


def run(data: Path, encoder: Path, out: Path, *more: str):
    arguments = ["ablation", "--sets", "trec6", "--seeds", "0", "--steps", "3", "--pool", "10"]
    arguments += ["--test", "12", "--warm-up-steps", "2", "--encoder", str(encoder)]
    return CliRunner().invoke(main, [*arguments, "--data", str(data), "--out", str(out), *more])


def test_every_variant_is_measured_once(small_data, encoder, tmp_path) -> None:
    out = tmp_path / "ablation.json"
    done = run(small_data, encoder, out)
    assert done.exit_code == 0, done.output
    text = out.read_text()
    result = json.loads(text)
    assert str(encoder) not in text
    assert len(result["cells"]) == len(variants("one-at-a-time", FACTORS)) == 9
    (base,) = result["bases"].values()
    assert base["preset"]["steps"] == 3
    assert base["warm_up"]["steps"] == 2
    assert {"versions", "commit"} <= set(result["machine"])
    cells = {Variant(*(cell[name] for name in FACTORS)): cell for cell in result["cells"]}
    reference = cells[REFERENCE]
    assert set(reference["figures"]) == set(reference["parameters"]) == MEMBERS
    assert reference["rows"] == {"pool": 10, "test": 12}
    assert all(0 <= value <= 1 for value in reference["figures"].values())
    two = cells[replace(REFERENCE, students="two")]
    assert set(two["figures"]) == MEMBERS - {"nano"}
    one = cells[Variant(mutual="off", students="one")]
    assert set(one["figures"]) == {"teacher", "micro_first"}
    assert one["disagreement"] is None
    trained = {v.teacher: cell["parameters"]["teacher"]["trained"] for v, cell in cells.items()}
    head = 32 * 2 + 2
    assert trained["frozen"] == head < trained["bias"] < trained["lora"]
    deployed = {cell["parameters"]["teacher"]["deployed"] for cell in result["cells"]}
    assert len(deployed) == 1
    assert run(small_data, encoder, out).exit_code == 0
    again = json.loads(out.read_text())
    assert again["cells"] == result["cells"]  # seconds too: nothing was run again
    table = tables.ablation(result)
    assert table.count("\n| ") == 11
    assert "at most 10 texts of the pool and 12 of the test split (a fixed random" in table


def test_a_killed_run_goes_on_and_other_settings_make_other_cells(
    small_data, encoder, tmp_path
) -> None:
    out, log = tmp_path / "ablation.json", tmp_path / "ablation.cells.jsonl"
    one = ("--teacher", "frozen", "--mutual", "on", "--students", "three", "--online", "online")
    one += ("--reweight", "uniform")
    assert run(small_data, encoder, out, *one).exit_code == 0
    first = json.loads(out.read_text())["cells"]
    log.write_text(log.read_text()[:60])
    assert run(small_data, encoder, out, *one).exit_code == 0
    (again,) = json.loads(out.read_text())["cells"]
    assert again["figures"] == first[0]["figures"]
    assert run(small_data, encoder, out, *one, "--no-warm-up").exit_code == 0
    result = json.loads(out.read_text())
    assert len(result["cells"]) == len(result["bases"]) == 2
    assert [base["warm_up"] is None for base in result["bases"].values()].count(True) == 1
    assert "without a warm-up" in tables.ablation(result)
    row = json.loads(log.read_text().splitlines()[-1])
    row["result"] |= {"commit": "0" * 40, "figures": {"teacher": 7.0}}
    CellLog(log, AblationKey).add(AblationKey(**row["key"]), row["result"])
    run(small_data, encoder, out, *one, "--no-warm-up", "--redo")
    assert "7.0" not in out.read_text()


def test_the_warm_up_is_the_draws_and_changes_the_encoder(small_data, encoder, tmp_path) -> None:
    from bench.ablation_cell import warm_encoder

    drawn = draw(*load("trec6", small_data), 10, 0)
    settings = AblationSettings(encoder=str(encoder), warm_up_steps=2)
    one, two = (warm_encoder(drawn, 0, settings, tmp_path / name) for name in "ab")
    weights = (one / "model.safetensors").read_bytes()
    assert weights == (two / "model.safetensors").read_bytes()
    assert weights != (encoder / "model.safetensors").read_bytes()


def test_a_variant_is_a_change_of_one_preset(encoder) -> None:
    from bench.ablation_cell import preset_of

    settings = AblationSettings(steps=9)
    reference = preset_of(REFERENCE, settings)
    assert (reference.teacher_mode, reference.online, len(reference.students)) == ("lora", True, 3)
    assert reference.lam > 0
    assert preset_of(replace(REFERENCE, mutual="off"), settings) == reference.but(lam=0.0)
    assert preset_of(replace(REFERENCE, teacher="bias"), settings) == reference.but(
        teacher_mode="bias"
    )
    offline = preset_of(replace(REFERENCE, online="offline"), settings)
    assert not offline.online
    assert offline.warm_teacher == reference.warm_teacher + reference.steps
    assert preset_of(replace(REFERENCE, reweight="linupper"), settings) == reference.but(
        reweight="linupper"
    )
    two = preset_of(replace(REFERENCE, students="two"), settings)
    assert [(s.kind, s.layers) for s in two.students] == [("micro", (1, 2)), ("micro", (-2, -1))]


def test_a_test_sample_is_the_same_for_every_draw(small_data, encoder) -> None:
    from bench.ablation_cell import sample

    train, test = load("trec6", small_data)
    one, two = (sample(draw(train, test, 10, seed), 8) for seed in (0, 1))
    assert one[0] == two[0]
    assert len(one[0]) == 8
    names = ("food", "sport")
    said = dict(zip(test.texts, test.labels, strict=True))
    assert [names[number] for number in one[1]] == [said[text] for text in one[0]]
    assert np.array_equal(one[1], two[1])
    assert len(sample(draw(train, test, 10, 0), 99)[0]) == 20


def test_ctrl_c_leaves_no_cell(small_data, encoder, tmp_path, monkeypatch) -> None:
    class Stops:
        def start(self, label: str, total: int) -> None:
            self.label = label

        def advance(self, n: int = 1) -> None:
            if self.label == "distilling" and n:
                raise KeyboardInterrupt

        def finish(self) -> None:
            pass

    monkeypatch.setattr("bench.ablation_cell.terminal_progress", Stops)
    out = tmp_path / "ablation.json"
    assert run(small_data, encoder, out).exit_code != 0
    assert not out.with_suffix(".cells.jsonl").exists()


def test_one_variant_that_fails_costs_the_exit_code_and_not_the_others(
    small_data, encoder, tmp_path, monkeypatch
) -> None:
    from bench import ablation_cell

    real = ablation_cell.run_cell

    def fails_on_bias(key: AblationKey, *rest: Any) -> Any:
        if key.teacher == "bias":
            raise MemoryError
        return real(key, *rest)

    monkeypatch.setattr(ablation_cell, "run_cell", fails_on_bias)
    out = tmp_path / "ablation.json"
    more = ("--mutual", "on", "--online", "online", "--students", "three", "--reweight", "uniform")
    assert run(small_data, encoder, out, *more).exit_code == 1
    found = [cell["teacher"] for cell in json.loads(out.read_text())["cells"]]
    assert found == ["frozen", "lora"]


def test_the_design() -> None:
    assert variants("one-at-a-time", FACTORS) == [
        REFERENCE,
        Variant(teacher="frozen"),
        Variant(teacher="bias"),
        Variant(mutual="off"),
        Variant(online="offline"),
        Variant(mutual="off", students="one"),
        Variant(students="two"),
        Variant(reweight="linupper"),
        Variant(reweight="quadratic"),
    ]
    full = variants("full", FACTORS)
    assert len(full) == len(set(full)) == 3 * 2 * (1 + 2 * 2) * 3
    assert full[0] == REFERENCE
    assert variants("one-at-a-time", FACTORS | {"students": ("two",)}) == [Variant(students="two")]
    assert variants("one-at-a-time", FACTORS | {"students": ("two",), "mutual": ("off",)}) == []


def test_wrong_levels_and_empty_designs_are_told() -> None:
    wrong = CliRunner().invoke(main, ["ablation", "--teacher", "full"])
    assert wrong.exit_code == 2
    assert "frozen, bias, lora" in wrong.output
    empty = CliRunner().invoke(main, ["ablation", "--teacher", "bias", "--mutual", "off"])
    assert empty.exit_code == 2
    assert "no variant is left" in empty.output


def test_the_bench_starts_without_torch() -> None:
    from bench.processes import measure

    code = "import sys, bench.run, bench.tables; sys.exit('torch' in sys.modules)"
    assert measure([sys.executable, "-c", code]).wall_s > 0


def cell(name: str, seed: int, best: float, nano: float, **more: Any) -> dict[str, Any]:
    base = {"set": name, "seed": seed, "pool": 9, "test": 5, "base": "b"}
    base |= dict(zip(FACTORS, ("lora", "on", "online", "three", "uniform"), strict=True))
    counts = {"trained": 2_000, "deployed": 15_000_000}
    return (
        base
        | {
            "figures": {"teacher": best, "micro_first": 0.5, "nano": nano},
            "parameters": {"teacher": counts, "micro_first": counts, "nano": counts},
            "rows": {"pool": 9, "test": 4},
            "disagreement": 0.1,
            "fit_s": 60.0,
        }
        | more
    )


def test_the_table_by_hand() -> None:
    cells = [
        cell("sst2", 0, 0.6, 0.5),
        cell("sst2", 1, 0.8, 0.7),
        cell("trec6", 0, 0.9, 0.8),
        cell("sst2", 0, 0.5, 0.5, teacher="frozen"),
        cell("sst2", 1, 0.8, 0.7, teacher="frozen"),
        cell("trec6", 0, 0.4, 0.9, mutual="off", students="one", disagreement=None),
        cell("trec6", 1, 0.9, 0.9, online="offline"),
    ]
    bases = {"b": {"preset": {"steps": 200}, "shots": 10, "warm_up": {"steps": 40}}}
    lines = tables.ablation({"cells": cells, "bases": bases}).splitlines()
    assert lines[0].startswith(
        "sst2, trec6: 200 steps, 10 labels a class, after 40 steps of warm-up; at most 9 texts of "
        "the pool and 5 of the test split. Accuracy"
    )
    assert lines[4] == (
        "| reference: lora teacher, online, mutual, three students | 2 / 3 | .800 | .500 | - "
        "| .700 | 10.0% | 2 k | 4 k | 15.0 M | 15.0 M | 60 |"
    )
    assert lines[5].startswith(
        "| frozen teacher | 1 / 2 | .650 (-.050 ± .071) | .500 (+.000 ± .000) | - "
        "| .600 (+.000 ± .000) |"
    )
    # the offline draw has no reference: no difference is claimed
    assert lines[6].startswith("| teacher first, then students | 1 / 1 | .900 | .500 |")
    assert lines[7].startswith(
        "| one student | 1 / 1 | .400 (-.500) | .500 (+.000) | - | .900 (+.1"
    )
    assert " | - | 2 k |" in lines[7]


def test_a_cell_from_before_there_was_a_factor_is_at_the_reference(tmp_path) -> None:
    old = cell("sst2", 0, 0.6, 0.5)
    del old["reweight"]
    cells = [old, cell("sst2", 0, 0.7, 0.5, reweight="linupper")]
    lines = tables.ablation({"cells": cells, "bases": {}}).splitlines()
    assert lines[4].startswith("| reference: lora teacher")
    assert lines[5].startswith(
        "| weights by loss: linupper | 1 / 1 | .700 (+.100) | .500 (+.000) |"
    )
    log = tmp_path / "cells.jsonl"
    names = ("set", "seed", *FACTORS, "pool", "test", "base")
    key = {name: old[name] for name in names if name in old}
    log.write_text(json.dumps({"key": key, "result": {}}) + "\n")
    (read,) = CellLog(log, AblationKey).done
    assert read.variant == REFERENCE


def test_cells_of_other_settings_stand_in_a_table_of_their_own() -> None:
    cells = [cell("sst2", 0, 0.6, 0.5), cell("sst2", 0, 0.9, 0.9, pool=99)]
    text = tables.ablation({"cells": cells, "bases": {}})
    assert text.count("reference:") == 2
    assert "(+" not in text


def test_a_lost_result_file_is_no_end_of_the_cells(tmp_path) -> None:
    assert ablation.known_bases(tmp_path / "absent.json") == {}
