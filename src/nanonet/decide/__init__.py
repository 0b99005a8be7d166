"""From scores to decisions, and how good the decisions are."""

from nanonet.decide.calibration import Expected, expect, fit_temperature, wilson
from nanonet.decide.metrics import (
    ClassScore,
    accuracy,
    confusion,
    ece,
    log_loss,
    macro_f1,
    per_class,
)

__all__ = [
    "ClassScore",
    "Expected",
    "accuracy",
    "confusion",
    "ece",
    "expect",
    "fit_temperature",
    "log_loss",
    "macro_f1",
    "per_class",
    "wilson",
]
