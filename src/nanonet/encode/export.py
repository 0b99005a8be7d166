"""A Hugging Face model written as ONNX with int8 weights: 2-3 times the speed of torch on a CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nanonet.encode._quiet import quiet
from nanonet.encode.check import compare
from nanonet.errors import MissingExtra

FLOAT_FILE = "fp32.onnx"
_OPSET = 18
_MOST_BYTES = 1_800_000_000  # one ONNX file holds 2 GB
_SAME, _CLOSE = 0.9999, 0.97


class ExportFailed(Exception):
    """The model cannot be written as a faithful ONNX file; the text is the reason."""


def export_onnx(
    model: Any, tokenizer: Any, out: Path, max_tokens: int
) -> tuple[str, tuple[str, ...]]:
    """Write ``model`` (a ``ReadoutModel``) to ``out``; returns (precision, notes).

    The file takes ``input_ids`` and ``attention_mask``, int64 [B, S], and gives ``readouts``,
    float32 [B, R, dim]. It is checked on built-in sentences: the float32 export must agree with
    torch, the int8 one (per-channel weights) must keep a mean cosine of 0.97 for every mean
    readout, else the float32 file is kept and a note says so. Raises ``ExportFailed``.
    """
    plain = export_float(model, tokenizer, out.with_name(FLOAT_FILE), max_tokens)
    with quiet():
        quantise(plain, out)
        kept = min(compare(out, tokenizer, reference=plain)[::5])
    if kept < _CLOSE:
        plain.replace(out)
        return "fp32", (f"int8 weights lose too much here (cosine {kept:.3f}); float32 is used",)
    plain.unlink()
    return "int8", ()


def export_float(model: Any, tokenizer: Any, out: Path, max_tokens: int) -> Path:
    """Write ``model`` to ``out`` in float32, checked against torch; raises ``ExportFailed``."""
    try:
        import onnx
        import onnxruntime.quantization  # noqa: F401
        import onnxscript  # noqa: F401  the exporter's own need, checked here for a clear message
    except ImportError:
        raise MissingExtra("preparing the encoder", "train") from None
    size = sum(p.numel() * 4 for p in model.parameters())
    if size > _MOST_BYTES:
        raise ExportFailed(f"its weights take {size / 1e9:.1f} GB, more than one ONNX file holds")
    with quiet():
        _export(model, out, max_tokens)
        _strip(onnx, out)
        worst = compare(out, tokenizer, model=model)
    if min(worst) < _SAME:
        raise ExportFailed(f"the exported file disagrees with torch (cosine {min(worst):.4f})")
    return out


def quantise(plain: Path, out: Path) -> Path:
    """The float32 ONNX file ``plain`` with int8 weights (a scale a channel) as ``out``."""
    try:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError:
        raise MissingExtra("writing int8 weights", "train") from None
    quantize_dynamic(str(plain), str(out), weight_type=QuantType.QInt8, per_channel=True)
    _strip(onnx, out)
    return out


def _export(model: Any, path: Path, max_tokens: int) -> None:
    import torch

    ids = torch.tensor([[2, 3, 4, 5, 6, 7, 8, 9, 10], [2, 3, 4, 5, 6, 7, 0, 0, 0]])
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    dims = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length", max=max_tokens)}
    try:
        program = torch.onnx.export(
            model,
            (ids, mask),
            input_names=["input_ids", "attention_mask"],
            output_names=["readouts"],
            dynamic_shapes={"input_ids": dims, "attention_mask": dims},
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
        if program is None:
            raise ExportFailed("the exporter returned nothing")
        program.save(str(path), external_data=False)
    except ExportFailed:
        raise
    except Exception as error:
        raise ExportFailed(f"the exporter stopped with {type(error).__name__}") from error


def _strip(onnx: Any, path: Path) -> None:
    """Drop stack traces and paths: they tell of this machine and differ between machines."""
    proto = onnx.load(str(path))
    graph = proto.graph
    for part in (proto, graph, *graph.node, *graph.input, *graph.output, *graph.initializer):
        part.doc_string = ""
        if hasattr(part, "metadata_props"):
            del part.metadata_props[:]
    del graph.value_info[:]
    del proto.functions[:]
    onnx.save(proto, str(path))
