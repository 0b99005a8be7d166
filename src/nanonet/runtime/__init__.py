"""Using a finished model: NumPy alone for nano students, onnxruntime besides for micro ones."""

from nanonet.runtime._weights import NanoWeights
from nanonet.runtime.calibration import Calibration
from nanonet.runtime.cascade import BothRules, CascadeRule, CascadeScorer, of_both
from nanonet.runtime.classifier import Classifier
from nanonet.runtime.ensemble import EnsembleRule, EnsembleScorer
from nanonet.runtime.explanation import Explanation
from nanonet.runtime.loading import load, load_any, load_many
from nanonet.runtime.many import ManyClassifier, ManyRule
from nanonet.runtime.micro import MicroScorer
from nanonet.runtime.nano import NanoScorer, kernel
from nanonet.runtime.scope import Scope
from nanonet.runtime.scorer import Scorer
from nanonet.runtime.selective import find_promise
from nanonet.runtime.words import Word, words_of

__all__ = [
    "BothRules",
    "Calibration",
    "CascadeRule",
    "CascadeScorer",
    "Classifier",
    "EnsembleRule",
    "EnsembleScorer",
    "Explanation",
    "ManyClassifier",
    "ManyRule",
    "MicroScorer",
    "NanoScorer",
    "NanoWeights",
    "Scope",
    "Scorer",
    "Word",
    "find_promise",
    "kernel",
    "load",
    "load_any",
    "load_many",
    "of_both",
    "words_of",
]
