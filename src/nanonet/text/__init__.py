"""Text to numbers: normalising, and the hashed bag of n-grams that every nano student reads."""

from nanonet.text._pages import code_page
from nanonet.text.featurise import Grams, featurise
from nanonet.text.normalise import fold, normalise
from nanonet.text.packed import gap_bytes, pack_ids, unpack_ids
from nanonet.text.spans import gram_spans
from nanonet.text.spec import GramSpec

__all__ = [
    "GramSpec",
    "Grams",
    "code_page",
    "featurise",
    "fold",
    "gap_bytes",
    "gram_spans",
    "normalise",
    "pack_ids",
    "unpack_ids",
]
