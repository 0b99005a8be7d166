"""Labelling by people: a desk that hands out texts, durable answers, and learning beside it."""

from nanonet.labelling.classes import MOST_CLASSES, ClassList, class_name
from nanonet.labelling.desk import Conflict, Desk, Files, Order
from nanonet.labelling.estimate import CHECK_EVERY, CHECKS_KEPT, LEAST_CHECKS, estimated
from nanonet.labelling.learner import FIRST_FIT, Learner, LearnerSettings
from nanonet.labelling.leases import LEASE_SECONDS, Lease
from nanonet.labelling.rows import NotKept, RowFile

__all__ = [
    "CHECKS_KEPT",
    "CHECK_EVERY",
    "FIRST_FIT",
    "LEASE_SECONDS",
    "LEAST_CHECKS",
    "MOST_CLASSES",
    "ClassList",
    "Conflict",
    "Desk",
    "Files",
    "Learner",
    "LearnerSettings",
    "Lease",
    "NotKept",
    "Order",
    "RowFile",
    "class_name",
    "estimated",
]
