"""The small models that leave the house: nano (n-gram table) and micro (encoder and head)."""

from nanonet.students.many import fit_nano_many
from nanonet.students.nano import NanoFit, ScoreTable, fit_nano, fit_size, learn_scores
from nanonet.students.quantise import NanoTable, quantise_rows, quantise_scores, room

__all__ = [
    "NanoFit",
    "NanoTable",
    "ScoreTable",
    "fit_nano",
    "fit_nano_many",
    "fit_size",
    "learn_scores",
    "quantise_rows",
    "quantise_scores",
    "room",
]
