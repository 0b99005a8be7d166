"""From scores to decisions, and how good the decisions are."""

from nanonet.decide.calibration import (
    Expected,
    believed_accuracy,
    believed_errors,
    expect,
    fit_temperature,
    wilson,
)
from nanonet.decide.many import (
    binary_ece,
    binary_log_loss,
    exact_match,
    macro_f1_of_sets,
    micro_f1,
    set_scores,
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
from nanonet.decide.mix import estimate_mix, odds_of
from nanonet.decide.promise import (
    ERRORS,
    LEVEL,
    Promise,
    chance,
    error_bound,
    least_kept,
    surest_kept,
)
from nanonet.decide.scope import LEAST_TYPICAL, foreign_knots, standing_out
from nanonet.decide.thresholds import PULL, choose_thresholds

__all__ = [
    "ERRORS",
    "LEAST_TYPICAL",
    "LEVEL",
    "PULL",
    "ClassScore",
    "Expected",
    "Promise",
    "accuracy",
    "believed_accuracy",
    "believed_errors",
    "binary_ece",
    "binary_log_loss",
    "chance",
    "choose_thresholds",
    "confusion",
    "ece",
    "error_bound",
    "estimate_mix",
    "exact_match",
    "expect",
    "fit_temperature",
    "foreign_knots",
    "least_kept",
    "log_loss",
    "macro_f1",
    "macro_f1_of_sets",
    "micro_f1",
    "odds_of",
    "per_class",
    "set_scores",
    "standing_out",
    "surest_kept",
    "wilson",
]
