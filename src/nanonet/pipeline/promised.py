"""What a fit may promise of its student's surest answers, by the gate's hidden labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.decide import ERRORS, LEVEL, Promise, least_kept, surest_kept
from nanonet.learn import Floats, Learned, Tried

LEAST_POOL = 200  # pool texts by which a share of answers becomes a threshold

_SHOWN = 3


@dataclass(frozen=True)
class Answers:
    """Answers to some rows: how sure [n], which class [n]."""

    sure: Floats
    column: NDArray[np.int64]


def answers_of(proba: Floats) -> Answers:
    """The likeliest class of each row of probabilities [n, C]."""
    return Answers(proba.max(axis=1), proba.argmax(axis=1))


def thresholds_of(
    learned: Learned, rows: NDArray[np.int64], proba: Floats, seed: int
) -> dict[str, Any]:
    """The block ``thresholds`` of a student that says ``proba`` [n, C] of the pool's ``rows``.

    Nothing where no label could be hidden. Classes go by their numbers here.
    """
    tried, name = learned.tried, learned.gate.chosen
    if tried is None or name not in tried.names or len(rows) < LEAST_POOL:
        return {}
    hidden, right = hidden_answers(tried, name, seed)
    return promise_all(hidden, right, answers_of(proba), learned.labels[rows])


def hidden_answers(tried: Tried, name: str, seed: int) -> tuple[Answers, NDArray[np.bool_]]:
    """One answer of the candidate ``name`` to every hidden label, and whether it was right.

    A label counts once, by the first trial that hid it; and of classes that are rarer in the pool
    than among the labels only so many stay that the mix is the pool's (``tried.weight``).
    """
    _, first = np.unique(tried.row, return_index=True)
    share = tried.weight[first] / tried.weight[first].max()
    rows = first[np.random.default_rng([seed, 7]).random(len(first)) < share]
    found = answers_of(tried.probabilities[tried.names.index(name)][rows])
    return found, found.column == tried.y[rows]


def promise_all(
    hidden: Answers,
    right: NDArray[np.bool_],
    student: Answers,
    teacher: Floats,
) -> dict[str, Any]:
    """The block ``thresholds`` of the manifest, for all answers and for those of each class.

    student: the answers to pool texts of what will be shipped; teacher: soft labels [n, C] of the
    same texts, what the hidden labels speak of. Ranks are carried over: the surest tenth of the
    student's answers is held to be no worse than the surest tenth of the hidden ones, plus what
    the student loses against the teacher there.
    """
    found: dict[str, Any] = {"level": LEVEL, "labels": len(right)}
    at = np.arange(len(teacher))
    lost = teacher.max(axis=1) - teacher[at, student.column]
    found["promises"] = _promises(hidden.sure, right, student.sure, lost)
    by_class: dict[int, dict[str, Any]] = {}
    for number in range(teacher.shape[1]):
        mine, pool = hidden.column == number, student.column == number
        these = _promises(hidden.sure[mine], right[mine], student.sure[pool], lost[pool])
        if these:
            by_class[number] = {"labels": int(mine.sum()), "promises": these}
    return found | ({"classes": by_class} if by_class else {})


def promise_fact(thresholds: dict[str, Any]) -> dict[str, Any] | None:
    """The line of the report on what may be promised; None where no label could be hidden."""
    if not thresholds:
        return None
    given, labels = thresholds["promises"], thresholds["labels"]
    told = [f"at most {p['max_error']:g} wrong on {p['coverage']:.0%} of the texts" for p in given]
    value = "; ".join(told[:_SHOWN])
    if not told:
        most = least_kept(ERRORS[-1])
        value = f"nothing: it takes {most} hidden labels and more, most of them answered rightly"
    return {"value": value, "why": f"predict --max-error, by {labels} hidden labels"}


def _promises(
    hidden: Floats, right: NDArray[np.bool_], student: Floats, lost: Floats
) -> list[dict[str, Any]]:
    """One for every error that can be promised, as plain values."""
    if len(student) < LEAST_POOL or not len(right):
        return []
    falling = np.sort(student)[::-1]
    mean_lost = np.cumsum(lost[np.argsort(-student, kind="stable")]) / np.arange(1, len(lost) + 1)

    def place(share: float) -> int:
        return max(0, int(share * len(falling)) - 1)

    out: list[Promise] = []
    for error in ERRORS:
        kept = surest_kept(hidden, right, error, loss=lambda share: float(mean_lost[place(share)]))
        if kept:
            order = np.argsort(-hidden, kind="stable")[:kept]
            threshold = float(falling[place(kept / len(right))])
            coverage = float((student >= threshold).mean())
            out.append(Promise(error, threshold, coverage, kept, int((~right[order]).sum())))
    return [promise.to_dict() for promise in out]
