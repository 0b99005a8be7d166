"""nanonet: from a few labelled texts and many unlabelled ones to a small, fast text classifier.

The public names are loaded when they are first used, so ``import nanonet`` costs next to nothing
and using a finished model never loads what only training needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nanonet.errors import UserError
    from nanonet.pipeline import fit
    from nanonet.runtime import Classifier, load

__version__ = "0.1.0"
__all__ = ["Classifier", "UserError", "__version__", "fit", "load"]

_HOMES = {
    "Classifier": "nanonet.runtime",
    "UserError": "nanonet.errors",
    "fit": "nanonet.pipeline",
    "load": "nanonet.runtime",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nanonet' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
