"""The encoder inside a micro artefact: one text a run, the same numbers as while learning."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import FormatError, MissingExtra
from nanonet.runtime.scorer import Floats

_MOST_CHARS = 20_000  # the tokenizer need not read what no token limit would keep
_HALF_MAX = 65504.0


class OnnxReadouts:
    """Readouts of texts from ``encoder.onnx`` and ``tokenizer.json``.

    Raises MissingExtra without onnxruntime and tokenizers, FormatError where a file is not usable.
    """

    def __init__(self, onnx: Path, tokenizer: Path, max_tokens: int) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise MissingExtra("micro students", "onnx") from error
        options = onnxruntime.SessionOptions()
        # One thread a run; our own two threads run texts side by side (measured: twice the speed).
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(onnx), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # both raise types of their own, without a public base
            raise FormatError(
                f"the encoder in {onnx.parent} cannot be opened ({type(error).__name__}: "
                f"{error}); upgrade onnxruntime and tokenizers, or fit again"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)

    def shape(self) -> tuple[int, int]:
        """(readouts, dim) of the encoder's output."""
        return self._run([0, 0]).shape  # type: ignore[return-value]

    def encode(
        self, texts: Sequence[str], which: NDArray[np.int32], threads: int | None = None
    ) -> Floats:
        """The readouts numbered ``which``, each of length one, float32 [n, len(which) * dim].

        threads: how many texts are read at once, by default two where there are two processors.
        """
        encoded = self._tokenizer.encode_batch([_clip(text) for text in texts])
        ids = [one.ids or [0] for one in encoded]
        longest_first = sorted(range(len(ids)), key=lambda i: -len(ids[i]))

        def read(row: int) -> tuple[int, Floats]:
            return row, _unit(self._run(ids[row])[which])

        workers = min(threads or min(2, os.cpu_count() or 1), len(texts))
        if workers <= 1:  # a pool of threads would cost one text as much as a small encoder does
            rows = dict(map(read, longest_first))
        else:
            with ThreadPoolExecutor(workers) as pool:
                rows = dict(pool.map(read, longest_first))
        return np.stack([rows[i].ravel() for i in range(len(ids))])

    def _run(self, ids: list[int]) -> Floats:
        row = np.array([ids], np.int64)
        feed: dict[str, Any] = {"input_ids": row, "attention_mask": np.ones_like(row)}
        output: Floats = self._session.run(None, feed)[0][0]
        return output


def _unit(readouts: Floats) -> Floats:
    """Rows of length one, by way of float16: the head was trained on vectors kept that way."""
    half = np.clip(readouts, -_HALF_MAX, _HALF_MAX).astype(np.float16).astype(np.float32)
    norms = np.linalg.norm(half, axis=1, keepdims=True)
    unit: Floats = half / np.maximum(norms, np.float32(1e-12))
    return unit


def _clip(text: str) -> str:
    """What the tokenizer is given: the tokenizer speaks UTF-8, which has no lone surrogates."""
    return text[:_MOST_CHARS].encode("utf-8", "replace").decode("utf-8")
