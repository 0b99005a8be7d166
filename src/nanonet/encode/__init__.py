"""Text to vectors: the bundled encoder or any Hugging Face one, read out at many layers, cached."""

from __future__ import annotations

from nanonet.encode.bundled import BUNDLED_NAME
from nanonet.encode.cache import default_cache_dir
from nanonet.encode.load import load_encoder
from nanonet.encode.plain import float_onnx
from nanonet.encode.protocol import Encoder
from nanonet.encode.readouts import POOLINGS, Readout
from nanonet.encode.tokens import MAX_CHARS, MAX_TOKENS
from nanonet.encode.usual import unit_vectors, usual_readout
from nanonet.encode.vectors import Vectors, vectors

__all__ = [
    "BUNDLED_NAME",
    "MAX_CHARS",
    "MAX_TOKENS",
    "POOLINGS",
    "Encoder",
    "Readout",
    "Vectors",
    "default_cache_dir",
    "float_onnx",
    "load_encoder",
    "unit_vectors",
    "usual_readout",
    "vectors",
]
