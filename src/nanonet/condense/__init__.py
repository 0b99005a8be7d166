"""Condense: a labelled table a thousand times smaller that teaches nearly the same.

Every row kept names the row of the table it is, or says that it is synthetic.
"""

from nanonet.condense.folder import (
    check_place,
    is_condensed,
    read_condensed,
    rows_jsonl,
    write_condensed,
)
from nanonet.condense.labels import label_for_head, labels_of
from nanonet.condense.learner import accuracy, retrain, retrain_kept
from nanonet.condense.li_li import NETWORKS, Study, Synthetic, distil_items
from nanonet.condense.methods import CONTROLS, METHODS
from nanonet.condense.page import html_page
from nanonet.condense.quota import DEFAULT_RATE, Size, quota_of
from nanonet.condense.reading import Reading
from nanonet.condense.report import markdown, prompt, summary
from nanonet.condense.result import SYNTHETIC, Condensed, Item, Trained
from nanonet.condense.run import condense, measure, study_of
from nanonet.condense.seen import Kept, Method, Seen
from nanonet.condense.split import Split, split
from nanonet.condense.synthetic import told, write_synthetic

__all__ = [
    "CONTROLS",
    "DEFAULT_RATE",
    "METHODS",
    "NETWORKS",
    "SYNTHETIC",
    "Condensed",
    "Item",
    "Kept",
    "Method",
    "Reading",
    "Seen",
    "Size",
    "Split",
    "Study",
    "Synthetic",
    "Trained",
    "accuracy",
    "check_place",
    "condense",
    "distil_items",
    "html_page",
    "is_condensed",
    "label_for_head",
    "labels_of",
    "markdown",
    "measure",
    "prompt",
    "quota_of",
    "read_condensed",
    "retrain",
    "retrain_kept",
    "rows_jsonl",
    "split",
    "study_of",
    "summary",
    "told",
    "write_condensed",
    "write_synthetic",
]
