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

from nanonet.distil.batch import Batch
from nanonet.distil.cohort import Counts
from nanonet.distil.device import Place, find_place
from nanonet.distil.encoder import TextEncoder, open_encoder
from nanonet.distil.history import StepLog
from nanonet.distil.members import (
    Member,
    MicroStudent,
    NanoStudent,
    Teacher,
    cut_student,
    make_teacher,
)
from nanonet.distil.merge import merge
from nanonet.distil.peft import MODES, Tuned, prepare
from nanonet.distil.presets import PRESETS, Preset, StudentSpec, find_preset
from nanonet.distil.reweight import loss_weights
from nanonet.distil.run import Distilled, distil
from nanonet.distil.save import save_encoder, write_encoder
from nanonet.distil.score import score
from nanonet.distil.views import VIEWS, View
from nanonet.distil.warmup import WarmUp, warm_up

__all__ = [
    "MODES",
    "PRESETS",
    "VIEWS",
    "Batch",
    "Counts",
    "Distilled",
    "Member",
    "MicroStudent",
    "NanoStudent",
    "Place",
    "Preset",
    "StepLog",
    "StudentSpec",
    "Teacher",
    "TextEncoder",
    "Tuned",
    "View",
    "WarmUp",
    "cut_student",
    "distil",
    "find_place",
    "find_preset",
    "loss_weights",
    "make_teacher",
    "merge",
    "open_encoder",
    "prepare",
    "save_encoder",
    "score",
    "warm_up",
    "write_encoder",
]
