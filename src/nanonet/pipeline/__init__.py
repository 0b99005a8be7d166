"""Where the rooms meet: from texts and labels to a finished model."""

from nanonet.pipeline.fit import fit
from nanonet.pipeline.fitted import Fitted
from nanonet.pipeline.report import FitReport

__all__ = ["FitReport", "Fitted", "fit"]
