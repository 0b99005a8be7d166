"""Text to numbers: normalising, and the hashed bag of n-grams that every nano student reads."""

from nanonet.text.featurise import Grams, featurise
from nanonet.text.normalise import normalise
from nanonet.text.packed import gap_bytes, pack_ids, unpack_ids
from nanonet.text.spans import gram_spans
from nanonet.text.spec import GramSpec

__all__ = [
    "GramSpec",
    "Grams",
    "featurise",
    "gap_bytes",
    "gram_spans",
    "normalise",
    "pack_ids",
    "unpack_ids",
]
