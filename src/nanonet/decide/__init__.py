"""From scores to decisions, and how good the decisions are."""

from nanonet.decide.calibration import (
    Expected,
    believed_accuracy,
    expect,
    fit_temperature,
    wilson,
)
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
    "believed_accuracy",
    "confusion",
    "ece",
    "expect",
    "fit_temperature",
    "log_loss",
    "macro_f1",
    "per_class",
    "wilson",
]
