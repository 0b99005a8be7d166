"""Learning where a text may have several labels, one, or none."""

from nanonet.learn.many.calibrate import Sure, calibrate
from nanonet.learn.many.gate import ManyGate, ManyTrial
from nanonet.learn.many.material import ManyMaterial
from nanonet.learn.many.run import ManyLearned, learn_many, student_targets

__all__ = [
    "ManyGate",
    "ManyLearned",
    "ManyMaterial",
    "ManyTrial",
    "Sure",
    "calibrate",
    "learn_many",
    "student_targets",
]
