"""The float32 twin of an encoder that was exported with int8 weights."""

from __future__ import annotations

import os
from pathlib import Path

from nanonet.encode._files import temporary
from nanonet.encode.export import FLOAT_FILE, ExportFailed, export_float
from nanonet.encode.onnx_backend import open_session
from nanonet.encode.protocol import Encoder
from nanonet.encode.readouts import spread_layers
from nanonet.encode.source import find_source
from nanonet.encode.tokens import open_tokenizer, special_margins
from nanonet.errors import UserError
from nanonet.progress import NullProgress, Progress


def float_onnx(encoder: Encoder, progress: Progress | None = None) -> Path:
    """The encoder as float32 ONNX, what its int8 form is compared with.

    It is exported when first asked for (some 20 s for MiniLM) and lies beside the int8 file in the
    cache. Raises UserError where the encoder has no ONNX form or its source is gone.
    """
    if encoder.onnx_path is None:
        raise UserError(f"the encoder {encoder.name} has no ONNX form")
    if encoder.backend == "onnx fp32":
        return encoder.onnx_path
    path = encoder.onnx_path.with_name(FLOAT_FILE)
    if path.is_file():
        return path
    bar = progress or NullProgress()
    bar.start(f"writing the encoder {Path(encoder.name).name} in float32", 0)
    scratch = temporary(path)
    try:
        _write(encoder, scratch)
        open_session(scratch)
        os.replace(scratch, path)
    except ExportFailed as reason:
        raise UserError(f"the encoder {encoder.name} has no float32 form ({reason})") from None
    finally:
        scratch.unlink(missing_ok=True)
        bar.finish()
    return path


def _write(encoder: Encoder, path: Path) -> None:
    from nanonet.encode._torch_model import ReadoutModel, load_model, probe_shape

    source = find_source(encoder.name)
    model = load_model(source)
    depth, _ = probe_shape(model, source.name)
    tokenizer = open_tokenizer(encoder.tokenizer_path)
    readouts = ReadoutModel(model, spread_layers(depth), special_margins(tokenizer)).eval()
    export_float(readouts, tokenizer, path, encoder.max_tokens)
