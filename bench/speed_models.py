"""The encoders of the speed tables, made once and kept: cut ones of ours, MiniLM as ONNX.

None is trained here: how long an encoder takes depends on its shape, not on its weights.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import _onnx

#: Cut encoders: name -> layers kept.
CUTS: dict[str, tuple[int, ...]] = {"micro-1": (1,), "micro-2": (1, 2)}
TOKENIZER = "tokenizer.json"
MOST_TOKENS = 256


def prepare(folder: Path, cache_dir: Path | None) -> Path:
    """Fill ``folder`` with what is missing: about two minutes, the first time."""
    from nanonet.encode import load_encoder

    folder.mkdir(parents=True, exist_ok=True)
    encoder = load_encoder(cache_dir=cache_dir, backend="onnx")
    assert encoder.onnx_path is not None
    _made(folder / TOKENIZER, lambda out: _copy(encoder.tokenizer_path, out))
    _made(folder / "micro-int8.onnx", lambda out: _copy(encoder.onnx_path, out))
    _made(folder / "minilm-fp32.onnx", _minilm)
    _made(
        folder / "minilm-int8.onnx", lambda out: _onnx.quantised(folder / "minilm-fp32.onnx", out)
    )
    for name, layers in CUTS.items():
        plain = folder / f"{name}-fp32.onnx"
        _made(plain, lambda out, layers=layers: _cut(layers, out))
        _made(folder / f"{name}-int8.onnx", lambda out, plain=plain: _onnx.quantised(plain, out))
    return folder


def _made(path: Path, make: Callable[[Path], Any]) -> None:
    """Make a file under another name and rename it, unless it is there."""
    if path.is_file():
        return
    with tempfile.TemporaryDirectory(dir=path.parent) as beside:
        made = Path(beside) / path.name
        make(made)
        made.rename(path)


def _copy(source: Any, out: Path) -> None:
    out.write_bytes(Path(source).read_bytes())


def _minilm(out: Path) -> None:
    """MiniLM with its pooling: the body of a SetFit model, in the shape SetFit runs it."""
    from nanonet.encode.source import find_source
    from nanonet.encode.torch_model import load_model

    _onnx.export(_onnx.pooled(load_model(find_source(None))), out, MOST_TOKENS)


def _cut(layers: tuple[int, ...], out: Path) -> None:
    """An encoder of some layers of MiniLM, with the readouts that micro students take."""
    from nanonet.distil import open_encoder
    from nanonet.distil.cut import cut_encoder
    from nanonet.encode.torch_model import ReadoutModel

    cut = cut_encoder(open_encoder(), layers)
    depth = tuple(range(1, len(layers) + 1))
    _onnx.export(ReadoutModel(cut.model, depth, cut.margins), out, MOST_TOKENS)
