"""From scores to decisions, and how good the decisions are."""

from nanonet.decide.metrics import (
    ClassScore,
    accuracy,
    confusion,
    ece,
    log_loss,
    macro_f1,
    per_class,
)

__all__ = ["ClassScore", "accuracy", "confusion", "ece", "log_loss", "macro_f1", "per_class"]
