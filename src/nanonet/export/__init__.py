"""Other forms of a finished model, and the gate each must pass: the same answers, and quick."""

from nanonet.export.cut import keep_readouts
from nanonet.export.gate import Parity, compare, objections
from nanonet.export.timing import Timing, measure

__all__ = ["Parity", "Timing", "compare", "keep_readouts", "measure", "objections"]
