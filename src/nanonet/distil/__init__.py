"""A teacher tuned in a small share of its parameters, and small students that learn from it.

NanoNet (arXiv 2602.06093), DisCo (arXiv 2305.12074) and PS-NET (arXiv 2412.00883) as one loop.
The room imports torch: import it late.
"""

from __future__ import annotations

from nanonet.errors import MissingExtra

try:
    import torch  # noqa: F401
except ImportError:
    raise MissingExtra("distillation", "train") from None

from nanonet.distil.encoder import TextEncoder, open_encoder
from nanonet.distil.merge import merge
from nanonet.distil.peft import MODES, Tuned, prepare
from nanonet.distil.reweight import loss_weights

__all__ = ["MODES", "TextEncoder", "Tuned", "loss_weights", "merge", "open_encoder", "prepare"]
