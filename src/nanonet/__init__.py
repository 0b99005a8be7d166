"""nanonet: from a few labelled texts and many unlabelled ones to a small, fast text classifier.

The public names are loaded when they are first used, so ``import nanonet`` costs next to nothing
and using a finished model never loads what only training needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanonet.errors import UserError
    from nanonet.estimator import NanoNetClassifier
    from nanonet.hub import from_pretrained, from_pretrained_many, push_to_hub
    from nanonet.pipeline import fit, fit_many
    from nanonet.runtime import Classifier, ManyClassifier, load, load_many

__version__ = "0.1.0"
__all__ = [
    "Classifier",
    "ManyClassifier",
    "NanoNetClassifier",
    "UserError",
    "__version__",
    "fit",
    "fit_many",
    "from_pretrained",
    "from_pretrained_many",
    "load",
    "load_many",
    "push_to_hub",
]

_HOMES = {
    "Classifier": "nanonet.runtime",
    "ManyClassifier": "nanonet.runtime",
    "NanoNetClassifier": "nanonet.estimator",
    "UserError": "nanonet.errors",
    "fit": "nanonet.pipeline",
    "fit_many": "nanonet.pipeline",
    "from_pretrained": "nanonet.hub",
    "from_pretrained_many": "nanonet.hub",
    "load": "nanonet.runtime",
    "load_many": "nanonet.runtime",
    "push_to_hub": "nanonet.hub",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nanonet' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
