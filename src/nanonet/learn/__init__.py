"""The cohort: views of the texts that teach one another on the pile, and the gate before it."""

from nanonet.learn.cohort import CohortSettings, Round
from nanonet.learn.gate import Gate, Trial, Tried
from nanonet.learn.material import LinearHead, Material
from nanonet.learn.quick import Learned, learn_quick
from nanonet.learn.views import GramView, gram_view

__all__ = [
    "CohortSettings",
    "Gate",
    "GramView",
    "Learned",
    "LinearHead",
    "Material",
    "Round",
    "Trial",
    "Tried",
    "gram_view",
    "learn_quick",
]
