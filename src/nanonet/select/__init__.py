"""What to ask, what to keep, what to doubt: pure functions over vectors and probabilities."""

from nanonet.select.choose import STRATEGIES, Evidence, choose
from nanonet.select.cover import herding, k_centre
from nanonet.select.difficulty import (
    class_medians,
    confidence_floor,
    difficult,
    difficulty,
    keep_chance,
    nucleus,
)
from nanonet.select.doubt import Doubts, Learner, believed, out_of_fold, suspects
from nanonet.select.draw import chances, draw, quotas, systematic
from nanonet.select.first import cells, first_texts
from nanonet.select.gain import entropy, entropy_gain, margin, margin_gain
from nanonet.select.robust import rad, rad_chances, rad_weights

__all__ = [
    "STRATEGIES",
    "Doubts",
    "Evidence",
    "Learner",
    "believed",
    "cells",
    "chances",
    "choose",
    "class_medians",
    "confidence_floor",
    "difficult",
    "difficulty",
    "draw",
    "entropy",
    "entropy_gain",
    "first_texts",
    "herding",
    "k_centre",
    "keep_chance",
    "margin",
    "margin_gain",
    "nucleus",
    "out_of_fold",
    "quotas",
    "rad",
    "rad_chances",
    "rad_weights",
    "suspects",
    "systematic",
]
