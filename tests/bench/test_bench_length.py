"""The bench of long documents: windows by hand, a run on a tiny encoder, and its table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bench._length_table import length
from bench.length_read import WINDOWS, WORDS, read, windows
from bench.run import main
from click.testing import CliRunner

from nanonet.encode import load_encoder, unit_vectors


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with an encoder of random weights, and a cache with its export."""
    pytest.importorskip("torch", reason="the encoder is exported")
    pytest.importorskip("onnxruntime", reason="the encoder is run")
    from _tiny import tiny_encoder

    folder = tmp_path_factory.mktemp("length")
    return tiny_encoder(folder / "encoder"), folder / "cache"


def topic(words: str, count: int) -> str:
    """So many words, of which only the last 200 say what the text is about."""
    return " ".join(["the"] * (count - 200) + (words.split() * 200)[:200])


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A data root: every third text short, the others with their topic after 300 words."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = tmp_path / "data" / "imdb"
    folder.mkdir(parents=True)
    kinds = {"film": "movie good awful", "money": "stock market price"}
    for part, count in (("train", 36), ("test", 12)):
        rows = [
            (words if i % 3 == 0 else topic(words, 500 + i), name)
            for name, words in kinds.items()
            for i in range(count)
        ]
        table = pa.table({"text": [r[0] for r in rows], "label": [r[1] for r in rows]})
        pq.write_table(table, folder / f"{part}.parquet")
    return tmp_path / "data"


def test_windows_follow_one_another_and_are_few() -> None:
    many = [str(number) for number in range(2 * WORDS + 5)]
    assert " ".join(windows(" ".join(many))).split() == many
    assert [len(part.split()) for part in windows(" ".join(many))] == [WORDS, WORDS, 5]
    assert len(windows("word " * WORDS * (WINDOWS + 3))) == WINDOWS
    short = "two\n\n words "
    assert windows(short) == [short]
    assert windows("") == [""]


def test_every_way_of_reading_is_what_it_says(tiny) -> None:
    folder, cache = tiny
    encoder = load_encoder(folder, cache_dir=cache)
    long = topic("stock market price", 450)
    found = read(encoder, ["a movie", long, ""])
    assert found.long.tolist() == [False, True, False]
    whole = unit_vectors(encoder, ["a movie", long, ""], cache)
    np.testing.assert_allclose(found.ways["head"], whole, atol=1e-6)
    mean = unit_vectors(encoder, windows(long), cache).mean(axis=0)
    mean /= np.linalg.norm(mean)
    np.testing.assert_allclose(found.ways["windows"][1], mean, atol=1e-6)
    both = (whole[1] + mean) / np.linalg.norm(whole[1] + mean)
    np.testing.assert_allclose(found.ways["both"][1], both, atol=1e-6)
    np.testing.assert_allclose(found.ways["both"][[0, 2]], whole[[0, 2]], atol=1e-6)
    seconds = found.seconds
    assert 0 < seconds["head"] < seconds["both"]
    assert 0 < seconds["windows"] < seconds["both"]


def test_what_stands_late_in_a_text_is_read_in_windows_and_kept(documents, tiny, tmp_path) -> None:
    folder, cache = tiny
    out = tmp_path / "length.json"
    arguments = ["length", "--sets", "imdb", "--test", "20", "--encoder", str(folder)]
    arguments += ["--data", str(documents), "--out", str(out), "--cache-dir", str(cache)]
    done = CliRunner().invoke(main, [*arguments, "--seeds", "0"])
    assert done.exit_code == 0, done.output
    (cell,) = json.loads(out.read_text())["cells"]
    assert cell["rows"] == cell["test"] == 20
    assert cell["long"] == cell["long_rows"] / 20
    assert cell["accuracy_long"]["head"] < 0.8 < cell["accuracy_long"]["windows"]
    assert CliRunner().invoke(main, [*arguments, "--seeds", "0-1"]).exit_code == 0
    result = json.loads(out.read_text())
    assert [one["seed"] for one in result["cells"]] == [0, 1]
    assert result["cells"][0] == cell  # seconds too: it was not run again
    assert str(folder) not in out.read_text()
    assert length(result).count("\n| imdb | 2 | 20 |") == 3


def test_the_table_by_hand() -> None:
    read_s = {"head": 2.0, "windows": 3.0, "both": 4.0}
    base = {"set": "imdb", "test": 50, "rows": 40, "long": 0.25, "read_s": read_s}
    cells = [
        base | {"seed": 0, "accuracy": {"head": 0.5, "windows": 0.6, "both": 0.7},
                "accuracy_long": {"head": 0.4, "windows": 0.4, "both": 0.3}},
        base | {"seed": 1, "accuracy": {"head": 0.7, "windows": 0.7, "both": 0.8},
                "accuracy_long": {"head": 0.4, "windows": 0.6, "both": 0.5}},
    ]  # fmt: skip
    lines = length({"cells": cells}).splitlines()
    assert lines[2] == "| imdb | 2 | 40 | 25 % | head | 1.00x | .600 ± .141 |  | .400 ± .000 |  |"
    assert lines[3].startswith(
        "| imdb | 2 | 40 | 25 % | windows | 1.50x | .650 ± .071 | +5.0 ± 7.1"
    )
    assert lines[4].endswith(
        "| both | 2.00x | .750 ± .071 | +15.0 ± 7.1 | .400 ± .141 | +0.0 ± 14.1 |"
    )
    none = {"head": None, "windows": None, "both": None}
    alone = length({"cells": [cells[0] | {"accuracy_long": none, "long": 0.0}]})
    assert alone.splitlines()[4].endswith("| 0 % | both | 2.00x | .700 | +20.0 | - | - |")
