"""The cohort: views of the texts that teach one another on the pile, and the gate before it."""

from nanonet.learn._bayes import fit_bayes
from nanonet.learn._sigmoid import fit_sigmoid, logit, sigmoid
from nanonet.learn._softmax import Floats, fit_softmax, one_hot, softmax
from nanonet.learn.blend import CONFIDENCE, at_confidence, blend
from nanonet.learn.cohort import CohortSettings, Round, row_weights
from nanonet.learn.gate import AGREED_KAPPA, Gate, Trial, by_precision, contradict, score_trials
from nanonet.learn.material import LinearHead, Material
from nanonet.learn.quick import Learned, learn_quick
from nanonet.learn.trials import CANDIDATES, Tried, half_split, mix_weights, try_split
from nanonet.learn.views import GramView, gram_view, unit

__all__ = [
    "AGREED_KAPPA",
    "CANDIDATES",
    "CONFIDENCE",
    "CohortSettings",
    "Floats",
    "Gate",
    "GramView",
    "Learned",
    "LinearHead",
    "Material",
    "Round",
    "Trial",
    "Tried",
    "at_confidence",
    "blend",
    "by_precision",
    "contradict",
    "fit_bayes",
    "fit_sigmoid",
    "fit_softmax",
    "gram_view",
    "half_split",
    "learn_quick",
    "logit",
    "mix_weights",
    "one_hot",
    "row_weights",
    "score_trials",
    "sigmoid",
    "softmax",
    "try_split",
    "unit",
]
