"""The export: faithful, repeatable, silent, free of local paths, and honest when it cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from _tiny import tiny_encoder
from nanonet.encode import Encoder, load_encoder
from nanonet.encode.check import compare
from nanonet.encode.export import _export, export_onnx
from nanonet.encode.fingerprint import source_fingerprint
from nanonet.encode.source import find_source
from nanonet.encode.tokens import open_tokenizer
from nanonet.errors import UserError

TEXTS = ["", "good", "the market fell and oil was great ' not", "what is a team ? " * 30, "zqx ..."]


def test_the_same_model_is_exported_to_the_same_bytes(
    encoder: Encoder, tiny: Path, tmp_path: Path
) -> None:
    again = load_encoder(tiny, cache_dir=tmp_path)
    assert again.backend == "onnx int8"
    assert again.fingerprint == encoder.fingerprint
    assert (again.encode(TEXTS) == encoder.encode(TEXTS)).all()
    assert again.onnx_path is not None
    assert encoder.onnx_path is not None
    assert again.onnx_path.read_bytes() == encoder.onnx_path.read_bytes()
    assert again.tokenizer_path.read_bytes() == encoder.tokenizer_path.read_bytes()


def test_the_fingerprint_follows_weights_tokenizer_and_backend(
    encoder: Encoder, tiny: Path, tmp_path: Path
) -> None:
    def of(folder: Path, backend: str = "onnx") -> str:
        return source_fingerprint(find_source(folder), backend, tmp_path / "cache")

    twin = Path(shutil.copytree(tiny, tmp_path / "twin"))
    assert of(twin) == of(tiny) == of(tiny) == encoder.fingerprint
    assert of(tiny, "torch") != of(tiny)
    assert of(tiny_encoder(tmp_path / "other", seed=1)) != of(tiny)
    tokenizer = twin / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text().replace('"good"', '"goof"'))
    assert of(twin) != of(tiny)


def test_changed_weights_of_the_same_size_are_noticed(tiny: Path, tmp_path: Path) -> None:
    twin = Path(shutil.copytree(tiny, tmp_path / "twin"))
    before = source_fingerprint(find_source(twin), "onnx", tmp_path / "cache")
    weights = twin / "model.safetensors"
    raw = bytearray(weights.read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    assert source_fingerprint(find_source(twin), "onnx", tmp_path / "cache") != before


def test_a_damaged_export_is_rebuilt(encoder: Encoder, tiny: Path, tmp_path: Path) -> None:
    assert encoder.onnx_path is not None
    cache = tmp_path / "cache"
    spoilt = cache / encoder.fingerprint[:16] / "encoder"
    shutil.copytree(encoder.onnx_path.parent, spoilt)
    exported = spoilt / "encoder.onnx"
    exported.write_bytes(exported.read_bytes()[:1000])
    mended = load_encoder(tiny, cache_dir=cache)
    assert (mended.encode(TEXTS) == encoder.encode(TEXTS)).all()


def test_float32_export_equals_torch_in_padded_batches(
    encoder: Encoder, tiny: Path, home: Path, tmp_path: Path
) -> None:
    from nanonet.encode._torch_model import ReadoutModel, load_model
    from nanonet.encode.onnx_backend import open_session, run_one
    from nanonet.encode.tokens import token_ids

    torch_encoder = load_encoder(tiny, cache_dir=home, backend="torch")
    tokenizer = open_tokenizer(encoder.tokenizer_path)
    model = ReadoutModel(load_model(find_source(tiny)), (1, 2), (1, 1)).eval()
    _export(model, tmp_path / "plain.onnx", 128)
    assert min(compare(tmp_path / "plain.onnx", tokenizer, model=model)) > 0.99999
    session = open_session(tmp_path / "plain.onnx")
    exported = np.stack([run_one(session, ids) for ids in token_ids(tokenizer, TEXTS)])
    np.testing.assert_allclose(torch_encoder.encode(TEXTS), exported, atol=2e-3)
    assert torch_encoder.backend == "torch"
    assert torch_encoder.onnx_path is None
    assert torch_encoder.fingerprint != encoder.fingerprint


def test_int8_that_loses_too_much_gives_way_to_float32(tiny: Path, tmp_path: Path) -> None:
    """One huge activation stretches the 8-bit scale until all the others round to nothing."""
    import torch

    from nanonet.encode._torch_model import ReadoutModel, load_model

    model = load_model(find_source(tiny))
    with torch.no_grad():
        for layer in model.encoder.layer:
            layer.output.dense.weight.mul_(200)
            layer.output.dense.weight[:, 0] = 0
            layer.intermediate.dense.bias[0] = 1e5
    readouts = ReadoutModel(model, (1, 2), (1, 1)).eval()
    tokenizer = open_tokenizer(tiny / "tokenizer.json")
    tokenizer.enable_truncation(128)
    precision, notes = export_onnx(readouts, tokenizer, tmp_path / "out.onnx", 128)
    assert precision == "fp32"
    assert "float32 is used" in notes[0]
    assert [file.name for file in tmp_path.iterdir()] == ["out.onnx"]


def test_a_model_the_exporter_refuses_runs_in_torch(
    tiny: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import transformers

    tokenizer = open_tokenizer(tiny / "tokenizer.json")
    config = transformers.LongformerConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=130,
        attention_window=8,
    )
    folder = tmp_path / "longformer"
    transformers.LongformerModel(config).save_pretrained(folder)
    shutil.copy(tiny / "tokenizer.json", folder)
    capfd.readouterr()
    encoder = load_encoder(folder, cache_dir=tmp_path / "cache")
    assert encoder.backend == "torch"
    assert "cannot be written as ONNX" in encoder.notes[0]
    assert encoder.encode(TEXTS).shape == (5, 10, 32)
    assert capfd.readouterr() == ("", "")
    stamps = {p: p.stat().st_mtime_ns for p in (tmp_path / "cache").rglob("encoder.json")}
    again = load_encoder(folder, cache_dir=tmp_path / "cache")
    assert again.fingerprint == encoder.fingerprint
    assert stamps == {p: p.stat().st_mtime_ns for p in stamps}
    with pytest.raises(UserError, match="cannot be written as ONNX"):
        load_encoder(folder, cache_dir=tmp_path / "cache", backend="onnx")


def test_nothing_is_printed_and_no_path_is_written(tiny: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from nanonet.encode import load_encoder\n"
        "e = load_encoder(sys.argv[1], cache_dir=sys.argv[2]); e.encode(['good'])"
    )
    command = [sys.executable, "-c", code, str(tiny), str(tmp_path)]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")
    [exported] = tmp_path.rglob("encoder.onnx")
    raw = exported.read_bytes()
    for leak in (b"site-packages", b".py", str(tmp_path).encode(), str(Path.home()).encode()):
        assert leak not in raw
