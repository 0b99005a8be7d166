"""Where the rooms meet: from texts and labels to a finished model."""

from nanonet.pipeline.condensed import fit_condensed
from nanonet.pipeline.fitted import Fitted
from nanonet.pipeline.many import FittedMany, ManyReport, fit_many
from nanonet.pipeline.report import FitReport
from nanonet.pipeline.run import fit
from nanonet.pipeline.taxonomy import (
    FoundClasses,
    TaxonomySettings,
    find_classes,
    taxonomy_questions,
    write_taxonomy,
)

__all__ = [
    "FitReport",
    "Fitted",
    "FittedMany",
    "FoundClasses",
    "ManyReport",
    "TaxonomySettings",
    "find_classes",
    "fit",
    "fit_condensed",
    "fit_many",
    "taxonomy_questions",
    "write_taxonomy",
]
