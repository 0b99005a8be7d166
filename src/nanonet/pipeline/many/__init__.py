"""From texts with any number of labels to a finished model."""

from nanonet.pipeline.many.fitted import FittedMany
from nanonet.pipeline.many.report import ManyReport
from nanonet.pipeline.many.run import fit_many

__all__ = ["FittedMany", "ManyReport", "fit_many"]
