"""What to ask, what to keep, what to doubt: pure functions over vectors and probabilities."""

from nanonet.select._check import Floats, Rows
from nanonet.select.choose import STRATEGIES, Evidence, choose
from nanonet.select.cover import herding, k_centre
from nanonet.select.curate import WAYS, WEIGHTS, Curated, CurateSettings, Labels, curate
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
from nanonet.select.first import cells, first_texts, next_texts
from nanonet.select.gain import entropy, entropy_gain, margin, margin_gain
from nanonet.select.prototype import prototype_rows
from nanonet.select.robust import rad, rad_chances, rad_weights
from nanonet.select.telling import telling
from nanonet.select.thin import first_copies
from nanonet.select.verify import Steps, Trainer, Verdict, verify
from nanonet.select.weights import row_weights

__all__ = [
    "STRATEGIES",
    "WAYS",
    "WEIGHTS",
    "CurateSettings",
    "Curated",
    "Doubts",
    "Evidence",
    "Floats",
    "Labels",
    "Learner",
    "Rows",
    "Steps",
    "Trainer",
    "Verdict",
    "believed",
    "cells",
    "chances",
    "choose",
    "class_medians",
    "confidence_floor",
    "curate",
    "difficult",
    "difficulty",
    "draw",
    "entropy",
    "entropy_gain",
    "first_copies",
    "first_texts",
    "herding",
    "k_centre",
    "keep_chance",
    "margin",
    "margin_gain",
    "next_texts",
    "nucleus",
    "out_of_fold",
    "prototype_rows",
    "quotas",
    "rad",
    "rad_chances",
    "rad_weights",
    "row_weights",
    "suspects",
    "systematic",
    "telling",
    "verify",
]
