"""Encoding with torch: on a GPU, or for models that cannot be exported."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from nanonet.encode.onnx_backend import to_half
from nanonet.encode.protocol import Half
from nanonet.encode.readouts import Readout, make_readouts
from nanonet.encode.record import TOKENIZER_FILE, Record
from nanonet.encode.source import Source
from nanonet.encode.tokens import check_texts, open_tokenizer, token_ids
from nanonet.errors import MissingExtra
from nanonet.progress import NullProgress, Progress

_DRIVERS = ("/proc/driver/nvidia/version", "/dev/dxg", "C:/Windows/System32/nvcuda.dll")


def gpu_likely() -> bool:
    """Whether there is an NVIDIA driver and a torch built for it, found without importing torch."""
    if not any(Path(driver).exists() for driver in _DRIVERS):
        return False
    try:
        spec = importlib.util.find_spec("torch")
    except (ImportError, ValueError):
        return False
    if spec is None or spec.origin is None:
        return False
    version = Path(spec.origin).with_name("version.py")
    if not version.is_file():
        return False
    text = version.read_text(encoding="utf-8")
    return re.search(r"^cuda\b.*=\s*['\"]", text, re.MULTILINE) is not None


class TorchEncoder:
    """An encoder run by torch in float32; see ``Encoder``. The model loads at first ``encode``.

    Texts are padded in batches of like length, so the last bits of a vector can depend on its
    batch; ``onnx_path`` is ``None`` for there is no file that gives the same bits.
    """

    def __init__(self, source: Source, fingerprint: str, folder: Path, record: Record) -> None:
        self.name = source.name
        self.fingerprint = fingerprint
        self.readouts: tuple[Readout, ...] = make_readouts(record.layers)
        self.dim = record.dim
        self.max_tokens = record.max_tokens
        self.backend = "torch"
        self.notes = record.notes
        self.onnx_path: Path | None = None
        self.tokenizer_path = folder / TOKENIZER_FILE
        self._source = source
        self._record = record

    @cached_property
    def _model(self) -> Any:
        try:
            import torch

            from nanonet.encode._torch_model import ReadoutModel, load_model
        except ImportError:
            raise MissingExtra(f"running the encoder {self.name} with torch", "train") from None
        model = load_model(self._source)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        return ReadoutModel(model, self._record.layers, self._record.margins).to(device).eval()

    @cached_property
    def _tokenizer(self) -> Any:
        return open_tokenizer(self.tokenizer_path)

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Half:
        """Encode to float16 [n, len(readouts), dim] in batches of texts of like length."""
        check_texts(texts)
        progress = progress or NullProgress()
        out = np.empty((len(texts), len(self.readouts), self.dim), np.float16)
        if not len(texts):
            return out
        model, ids = self._model, token_ids(self._tokenizer, texts)
        order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
        size = 256 if next(model.parameters()).is_cuda else 32
        progress.start("encoding", len(texts))
        try:
            for start in range(0, len(order), size):
                rows = order[start : start + size]
                out[rows] = _run(model, [ids[row] for row in rows])
                progress.advance(len(rows))
        finally:
            progress.finish()
        return out


def _run(model: Any, ids: list[list[int]]) -> Half:
    """One padded batch; padding carries the model's own pad id, as RoBERTa derives positions."""
    import torch

    pad = getattr(model.model.config, "pad_token_id", None) or 0
    width = max(map(len, ids))
    rows = torch.tensor([one + [pad] * (width - len(one)) for one in ids])
    mask = torch.tensor([[1] * len(one) + [0] * (width - len(one)) for one in ids])
    device = next(model.parameters()).device
    with torch.inference_mode():
        values = model(rows.to(device), mask.to(device)).float().cpu().numpy()
    return to_half(values)
