"""From an encoder's source files to a folder in the cache that can encode."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nanonet.encode._files import sweep, write_folder
from nanonet.encode.readouts import spread_layers
from nanonet.encode.record import ONNX_FILE, TOKENIZER_FILE, Record, read_record, write_record
from nanonet.encode.source import Source
from nanonet.encode.tokens import open_tokenizer, special_margins
from nanonet.errors import MissingExtra, UserError


def prepare(source: Source, folder: Path, backend: str) -> None:
    """Fill ``folder`` with tokenizer, record and, for 'onnx', the exported model.

    Takes seconds (an export of MiniLM about 20). When the export fails the record says 'torch'
    and why, so it is not tried again. Raises ``UserError``, ``MissingExtra``, ``FormatError``.
    """
    try:
        import torch  # noqa: F401
        import transformers  # noqa: F401
    except ImportError:
        raise MissingExtra(f"preparing the encoder {source.name}", "train") from None
    sweep(folder.parent)
    if read_record(folder) is None:  # folders appear whole, so what is there was damaged later
        shutil.rmtree(folder, ignore_errors=True)
    write_folder(folder, lambda scratch: _fill(source, scratch, backend))


def _fill(source: Source, scratch: Path, backend: str) -> None:
    from nanonet.encode._torch_model import ReadoutModel, load_model, probe_shape, token_limit

    model = load_model(source)
    depth, dim = probe_shape(model, source.name)
    layers, limit = spread_layers(depth), token_limit(model)
    tokenizer = _copy_tokenizer(source, scratch / TOKENIZER_FILE, limit)
    margins = special_margins(tokenizer)
    notes: tuple[str, ...] = ()
    kind = "torch"
    if backend == "onnx":
        readouts = ReadoutModel(model, layers, margins).eval()
        kind, notes = _try_export(readouts, tokenizer, scratch / ONNX_FILE, limit)
    write_record(scratch, Record(kind, dim, layers, margins, limit, notes))


def _try_export(
    readouts: Any, tokenizer: Any, out: Path, limit: int
) -> tuple[str, tuple[str, ...]]:
    from nanonet.encode.export import ExportFailed, export_onnx

    try:
        precision, notes = export_onnx(readouts, tokenizer, out, limit)
    except ExportFailed as reason:
        for leftover in out.parent.glob("*.onnx"):
            leftover.unlink()
        return "torch", (f"this encoder cannot be written as ONNX ({reason}); torch runs it",)
    return f"onnx {precision}", notes


def _copy_tokenizer(source: Source, path: Path, limit: int) -> Any:
    """Write the tokenizer with our truncation and no padding set, and open that very file."""
    home = source.tokenizer_folder / "tokenizer.json"
    tokenizer = open_tokenizer(home) if home.is_file() else _convert_tokenizer(source)
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    tokenizer.save(str(path))
    return open_tokenizer(path)


def _convert_tokenizer(source: Source) -> Any:
    """Build a fast tokenizer from vocabulary files (older models have no ``tokenizer.json``)."""
    from transformers import AutoTokenizer

    from nanonet.encode._quiet import quiet

    try:
        with quiet():
            return AutoTokenizer.from_pretrained(
                source.tokenizer_folder, local_files_only=True, trust_remote_code=False
            ).backend_tokenizer
    except Exception as error:
        raise UserError(
            f"the tokenizer of the encoder {source.name} has no fast form "
            f"({type(error).__name__}); save a tokenizer.json beside it"
        ) from error
