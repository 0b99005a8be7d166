"""nanonet as a scikit-learn estimator; nothing else of nanonet imports scikit-learn for it."""

from nanonet.errors import MissingExtra

try:
    from nanonet.estimator.classifier import NanoNetClassifier
except ModuleNotFoundError as error:
    if (error.name or "").split(".")[0] != "sklearn":
        raise
    raise MissingExtra("NanoNetClassifier", "train") from error

__all__ = ["NanoNetClassifier"]
