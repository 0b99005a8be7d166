"""A task of word order, which n-grams cannot see, and a plan of seconds: for efforts over quick.

Which of two words comes first is the class. Import it as ``from _order import PLAN, task``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nanonet.learn import Gate, Tried
from nanonet.learn.gate import judge
from nanonet.pipeline.efforts import Plan
from nanonet.pipeline.tuned import Halves, Job, try_halves

FIRST, SECOND = ("good", "great", "win", "awful"), ("market", "price", "stock", "oil")
FILLER = ("the", "a", "was", ",", "bank", "team", "movie", "game", "goal", "match")
NAMES = ("forth", "back")
PLAN = Plan(
    "normal",
    steps=3,
    rounds=2,
    tokens=1,
    least_steps=4,
    most_steps=4,
    labelled_batch=4,
    unlabelled_batch=8,
    max_tokens=32,
)


def text(rng: np.random.Generator, label: int) -> str:
    ends = [str(rng.choice(FIRST)), str(rng.choice(SECOND))]
    first, last = ends if label == 0 else ends[::-1]
    return " ".join([first, *rng.choice(FILLER, 5), last])


def task(labelled: int = 24, pool: int = 120) -> tuple[list[str], list[str], list[str]]:
    """(labelled texts, their labels in turn, pool texts); the same on every call."""
    rng = np.random.default_rng(0)
    texts = [text(rng, number % 2) for number in range(labelled)]
    labels = [NAMES[number % 2] for number in range(labelled)]
    return texts, labels, [text(rng, int(c)) for c in rng.integers(0, 2, pool)]


def favourable(job: Job, chosen: str) -> Halves:
    """The real trials from half of the labels, but what was tuned then finds every hidden label.

    An encoder of random weights is worse than quick as often as not.
    """
    halves = try_halves(job, chosen)
    right = np.asarray(4.0 * np.eye(job.classes)[job.y[halves.row]], np.float32)
    return replace(halves, tables={**halves.tables, "tuned": right, "blend": right})


def no_cohort(tried: Tried | None) -> Gate:
    """The gate, which keeps the readouts: what efforts over quick are for."""
    return replace(judge(tried), chosen="readouts")
