"""Encoders written as ONNX for the speed tables: float32, and the same with int8 weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

OPSET = 18


def export(module: Any, path: Path, most_tokens: int) -> Path:
    """Write ``module(input_ids, attention_mask)`` in float32, batch and length left open."""
    import torch

    ids = torch.tensor([[2, 3, 4, 5, 6, 7, 8, 9, 10], [2, 3, 4, 5, 6, 7, 0, 0, 0]])
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    dims = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length", max=most_tokens)}
    program = torch.onnx.export(
        module.eval(),
        (ids, mask),
        input_names=["input_ids", "attention_mask"],
        output_names=["out"],
        dynamic_shapes={"input_ids": dims, "attention_mask": dims},
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
    )
    program.save(str(path), external_data=False)
    return path


def quantised(path: Path, out: Path) -> Path:
    """The same with int8 weights, a scale a channel, as nanonet's own export has them."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(str(path), str(out), weight_type=QuantType.QInt8, per_channel=True)
    return out


def session(path: Path, threads: int) -> Any:
    """An onnxruntime session of so many threads inside one run."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def pooled(model: Any) -> Any:
    """The model with sentence-transformers' mean over the tokens and a length of one behind it."""
    import torch

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.model(
                input_ids=input_ids, attention_mask=attention_mask
            ).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1)
            return torch.nn.functional.normalize(mean, dim=1)

    return Pooled()
