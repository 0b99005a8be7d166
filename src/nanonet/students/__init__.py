"""The small models that leave the house: nano (n-gram table) and micro (encoder and head)."""

from nanonet.students.nano import NanoFit, fit_nano
from nanonet.students.quantise import NanoTable, quantise_rows, room

__all__ = ["NanoFit", "NanoTable", "fit_nano", "quantise_rows", "room"]
