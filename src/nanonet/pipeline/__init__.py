"""Where the rooms meet: from texts and labels to a finished model."""

from nanonet.pipeline.condensed import fit_condensed
from nanonet.pipeline.fitted import Fitted
from nanonet.pipeline.report import FitReport
from nanonet.pipeline.run import fit

__all__ = ["FitReport", "Fitted", "fit", "fit_condensed"]
