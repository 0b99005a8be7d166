"""The torch side of an encoder, for rooms that train it. Imports torch: import it late."""

from __future__ import annotations

from nanonet.encode._quiet import quiet
from nanonet.encode._torch_model import ReadoutModel, load_model, probe_shape, token_limit

__all__ = ["ReadoutModel", "load_model", "probe_shape", "quiet", "token_limit"]
