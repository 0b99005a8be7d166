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
from nanonet.decide.promise import (
    ERRORS,
    LEVEL,
    Promise,
    chance,
    error_bound,
    least_kept,
    surest_kept,
)

__all__ = [
    "ERRORS",
    "LEVEL",
    "ClassScore",
    "Expected",
    "Promise",
    "accuracy",
    "believed_accuracy",
    "chance",
    "confusion",
    "ece",
    "error_bound",
    "expect",
    "fit_temperature",
    "least_kept",
    "log_loss",
    "macro_f1",
    "per_class",
    "surest_kept",
    "wilson",
]
