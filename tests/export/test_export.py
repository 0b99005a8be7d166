"""A real (tiny) micro model in its other forms, through the verb."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nanonet
from _models import CLASSES, TEXTS, write_nano
from _tiny import HIDDEN, tiny_encoder
from nanonet.artefact import write_artefact
from nanonet.cli import run
from nanonet.encode import float_onnx, load_encoder
from nanonet.errors import UserError
from nanonet.export import export, keep_readouts

pytest.importorskip("torch")
onnxruntime = pytest.importorskip("onnxruntime")
tokenizers = pytest.importorskip("tokenizers")
TABLE = "text,label\nbank profit,business\ngreat goal,sport\nno agreement,world\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


@pytest.fixture(scope="module")
def encoder(home: Path) -> Any:
    return load_encoder(str(tiny_encoder(home / "hf")), cache_dir=home / "c", backend="onnx")


@pytest.fixture(scope="module")
def model(home: Path, encoder: Any) -> Path:
    """A micro of the first layer: cut readouts, int8 weights."""
    which = [2, 0]
    cut = keep_readouts(encoder.onnx_path, home / "cut.onnx", which)
    rng = np.random.default_rng(0)
    return write_artefact(
        home / "model",
        classes=CLASSES,
        student={"kind": "micro", "max_tokens": 20, "precision": "int8", "cut": which},
        weights={
            "readouts": np.array([0, 1], np.int32),
            "head": rng.normal(size=(2 * HIDDEN, 3)).astype(np.float32),
            "bias": np.zeros(3, np.float32),
        },
        calibration={"kind": "temperature", "temperature": 0.6},
        provenance={"encoder": {"name": "tiny", "fingerprint": encoder.fingerprint}},
        extra_files={"encoder.onnx": cut, "tokenizer.json": encoder.tokenizer_path},
    )


def test_a_cut_encoder_gives_the_same_bits_and_is_smaller(home: Path, encoder: Any) -> None:
    ids = np.array([[2, 7, 9, 11, 3]])
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}

    def readouts(path: Path) -> np.ndarray:
        return onnxruntime.InferenceSession(str(path)).run(["readouts"], feed)[0]

    whole = readouts(encoder.onnx_path)
    for which in ([2, 0], [0], [9, 4]):
        out = keep_readouts(encoder.onnx_path, home / "some.onnx", which)
        assert np.array_equal(readouts(out), whole[:, which])
    first = keep_readouts(encoder.onnx_path, home / "some.onnx", [0]).stat().st_size
    assert first < 0.8 * encoder.onnx_path.stat().st_size  # the second layer is gone
    again = keep_readouts(encoder.onnx_path, home / "again.onnx", [0])
    assert again.read_bytes() == (home / "some.onnx").read_bytes()
    with pytest.raises(UserError, match="stack of readouts"):
        keep_readouts(encoder.onnx_path, home / "no.onnx", [99])


def test_one_onnx_file_gives_the_models_probabilities(
    home: Path, model: Path, tmp_path: Path
) -> None:
    done = export(model, "onnx", tmp_path / "whole", texts=TEXTS, force=True)
    assert done.parity.agreement == 1.0
    assert done.parity.max_logit_difference < 1e-4
    assert {p.name for p in (tmp_path / "whole").iterdir()} == {
        "model.onnx", "tokenizer.json", "model.json",
    }  # fmt: skip
    facts = json.loads((tmp_path / "whole" / "model.json").read_text("utf-8"))
    assert facts["classes"] == CLASSES
    session = onnxruntime.InferenceSession(str(tmp_path / "whole" / "model.onnx"))
    tokenizer = tokenizers.Tokenizer.from_file(str(tmp_path / "whole" / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(facts["max_tokens"])
    ids = np.array([tokenizer.encode(TEXTS[0]).ids])
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    proba = session.run(["probabilities"], feed)[0]
    np.testing.assert_allclose(proba, nanonet.load(model).predict_proba(TEXTS[:1]), atol=1e-4)


def test_float32_and_back(home: Path, model: Path, encoder: Any, tmp_path: Path) -> None:
    where = {"encoder": home / "hf", "cache_dir": home / "c", "texts": TEXTS, "force": True}
    exact = export(model, "fp32", tmp_path / "exact", **where)
    loaded = nanonet.load(tmp_path / "exact")
    assert loaded.info["student"]["precision"] == "float32"
    assert exact.bytes > exact.source_bytes
    assert loaded.info["provenance"]["exported"]["agreement"] == exact.parity.agreement
    ids = np.array([[2, 7, 9, 11, 3]])
    feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    files = (tmp_path / "exact" / "encoder.onnx", float_onnx(encoder))
    ours, theirs = (onnxruntime.InferenceSession(str(f)).run(None, feed)[0] for f in files)
    assert np.array_equal(ours, theirs[:, [2, 0]])
    back = export(tmp_path / "exact", "int8", tmp_path / "back", texts=TEXTS, force=True)
    assert nanonet.load(tmp_path / "back").info["student"]["precision"] == "int8"
    assert back.bytes < exact.bytes
    with pytest.raises(UserError, match="float32 weights already"):
        export(tmp_path / "exact", "fp32", tmp_path / "x")


def test_the_verb_tells_both_forms_numbers(
    model: Path, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    base = ["export", str(model), "--to", "onnx", "--check", str(tmp_path / "t.csv"), "--force"]
    assert run([*base, "--out", str(tmp_path / "a")]) == 0
    out = capfd.readouterr().out
    for word in ("megabytes", "us ", "p99_us", "accuracy", "same answer on 100.00% of 3 texts"):
        assert word in out
    assert run([*base, "--out", str(tmp_path / "b"), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["parity"]["agreement"] == 1.0
    assert found["exported"]["us"] > 0


def test_what_is_worse_is_refused_with_the_numbers_and_nothing_is_written(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr("nanonet.export.gate.SLOWER", 0.0)  # any time is too long
    out = tmp_path / "a"
    assert run(["export", str(model), "--to", "onnx", "--out", str(out)]) == 2
    said = capfd.readouterr().err
    assert "was refused: it is slower: " in said
    assert "built-in sentences only" in said
    assert list(tmp_path.iterdir()) == []
    assert run(["export", str(model), "--to", "onnx", "--out", str(out), "--force"]) == 0
    assert "written all the same: it is slower" in capfd.readouterr().out


def test_what_cannot_be_exported(
    model: Path, home: Path, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    nano = write_nano(tmp_path / "nano")
    (tmp_path / "t.csv").write_text(TABLE + "x,Sport\n")
    shutil.copytree(model, tmp_path / "broken")
    with (tmp_path / "broken" / "encoder.onnx").open("ab") as file:
        file.write(b"x")
    (tmp_path / "there").mkdir()
    out = ["--out", str(tmp_path / "out")]
    for arguments, message in [
        ([str(nano), "--to", "onnx", *out], "hashing n-grams is no operation of ONNX"),
        ([str(nano), "--to", "int8", *out], "small integers already"),
        ([str(model), "--to", "int8", *out], "int8 weights already"),
        ([str(model), "--to", "onnx", "--out", str(tmp_path / "there")], "exists already"),
        ([str(tmp_path / "broken"), "--to", "onnx", *out], "encoder.onnx was changed"),
        ([str(tmp_path / "no"), "--to", "onnx", *out], "there is no model at"),
        (
            [str(model), "--to", "onnx", *out, "--check", str(tmp_path / "t.csv")],
            "does not know the label 'Sport'; it knows 'business', 'sport', 'world'",
        ),
    ]:
        assert run(["export", *arguments]) == 2
        assert message in capfd.readouterr().err
    other = tiny_encoder(tmp_path / "other", seed=5)
    with pytest.raises(UserError, match="another one"):
        export(model, "fp32", tmp_path / "x", encoder=other, cache_dir=home / "c")
    assert not (tmp_path / "out").exists()
