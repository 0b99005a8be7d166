"""Is an exported encoder still the same encoder? Asked of a few built-in sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nanonet.encode.onnx_backend import open_session, run_one
from nanonet.encode.protocol import Floats
from nanonet.encode.tokens import token_ids

SENTENCES = (
    "",
    "No.",
    "What is the capital of Peru?",
    "The parcel came two weeks late and the box was open; I want my money back, please.",
    "Stocks fell on Monday after the central bank said that it would raise interest rates again.",
    "A slow, warm and often very funny film about three sisters who inherit a bakery.",
    "Le train de nuit pour Vienne part à 21 h 40 du quai numéro sept.",
    "El Niño 2024: +1.4 °C, 38% less rain - see table 7 (p. 112) :-)",
    "word " * 300,
)


def compare(
    path: Path, tokenizer: Any, *, model: Any = None, reference: Path | None = None
) -> list[float]:
    """Mean cosine of each readout of the ONNX file ``path`` against torch or another file."""
    ids = token_ids(tokenizer, SENTENCES)
    session = open_session(path)
    found = np.stack([run_one(session, one) for one in ids])
    if reference is not None:
        other = open_session(reference)
        truth = np.stack([run_one(other, one) for one in ids])
    else:
        truth = np.stack([_run_torch(model, one) for one in ids])
    cosines: list[float] = _cosine(found, truth).mean(0).tolist()
    return cosines


def _run_torch(model: Any, ids: list[int]) -> Floats:
    import torch

    with torch.no_grad():
        row = torch.tensor([ids])
        output: Floats = model(row, torch.ones_like(row))[0].numpy()
    return output


def _cosine(a: Floats, b: Floats) -> Floats:
    length = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    cosine: Floats = (a * b).sum(-1) / np.maximum(length, 1e-12)
    return cosine
