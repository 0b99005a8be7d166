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
    from nanonet.hub import from_pretrained, push_to_hub
    from nanonet.pipeline import fit
    from nanonet.runtime import Classifier, load

__version__ = "0.1.0"
__all__ = [
    "Classifier",
    "NanoNetClassifier",
    "UserError",
    "__version__",
    "fit",
    "from_pretrained",
    "load",
    "push_to_hub",
]

_HOMES = {
    "Classifier": "nanonet.runtime",
    "NanoNetClassifier": "nanonet.estimator",
    "UserError": "nanonet.errors",
    "fit": "nanonet.pipeline",
    "from_pretrained": "nanonet.hub",
    "load": "nanonet.runtime",
    "push_to_hub": "nanonet.hub",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nanonet' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
