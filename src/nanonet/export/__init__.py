"""Other forms of a finished model, and the gate each must pass: the same answers, and quick."""

from nanonet.export.cut import keep_readouts
from nanonet.export.gate import MOST_WORSE, SLOWER, Parity, compare, objections
from nanonet.export.run import FORMS, Exported, export
from nanonet.export.timing import Timing, measure

__all__ = [
    "FORMS",
    "MOST_WORSE",
    "SLOWER",
    "Exported",
    "Parity",
    "Timing",
    "compare",
    "export",
    "keep_readouts",
    "measure",
    "objections",
]
