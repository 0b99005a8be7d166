"""Text to numbers: normalising, and the hashed bag of n-grams that every nano student reads."""

from nanonet.text.featurise import Grams, featurise
from nanonet.text.normalise import normalise
from nanonet.text.spans import gram_spans
from nanonet.text.spec import GramSpec

__all__ = ["GramSpec", "Grams", "featurise", "gram_spans", "normalise"]
