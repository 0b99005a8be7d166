"""Text to numbers: normalising, and the hashed bag of n-grams that every nano student reads."""

from nanonet.text._pages import code_page
from nanonet.text.featurise import Grams, featurise
from nanonet.text.normalise import fold, normalise
from nanonet.text.packed import gap_bytes, pack_ids, unpack_ids
from nanonet.text.packed_rows import HALF_MOST, pack_rows, unpack_rows
from nanonet.text.spans import gram_spans
from nanonet.text.spec import GramSpec

__all__ = [
    "HALF_MOST",
    "GramSpec",
    "Grams",
    "code_page",
    "featurise",
    "fold",
    "gap_bytes",
    "gram_spans",
    "normalise",
    "pack_ids",
    "pack_rows",
    "unpack_ids",
    "unpack_rows",
]
