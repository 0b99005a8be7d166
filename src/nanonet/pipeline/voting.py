"""Votes given to ``fit``: checked, brought to the guarded tables' rows, and told in the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nanonet.data import Guarded
from nanonet.errors import UserError
from nanonet.learn import Learned, Material
from nanonet.select import first_texts
from nanonet.votes import VoteTable

if TYPE_CHECKING:
    from nanonet.pipeline.inputs import Inputs

FIRST = 30  # texts to label first where nothing is known of the sources
_SAMPLE = 4000


def place_votes(
    votes: VoteTable | None,
    pool: Sequence[str],
    texts: Sequence[str],
    guarded: Guarded,
    classes: Sequence[str],
) -> VoteTable | None:
    """The votes on the rows that the guard left: labelled rows first, then the pool.

    votes: docs are rows of ``pool``, and behind them of ``texts``; labels are numbers of
    ``classes``. Votes on texts that were dropped as near copies go; those on a copy of a labelled
    text go to that, where they tell how good a source is.
    """
    if votes is None:
        return None
    if not isinstance(votes, VoteTable):
        raise UserError(
            f"votes is a {type(votes).__name__}; it must be a nanonet.votes.VoteTable, such as "
            "nanonet.votes.read_votes gives"
        )
    if len(votes) and votes.doc.max() >= len(pool) + len(texts):
        raise UserError(
            f"a vote is on row {votes.doc.max()}, but there are {len(pool)} pool texts and "
            f"{len(texts)} labelled ones; rows count the pool first, then the labelled texts"
        )
    if len(votes) and votes.label.max() >= len(classes):
        raise UserError(
            f"a vote names class number {votes.label.max()}, but there are {len(classes)} classes "
            f"({', '.join(classes[:20])}), counted from 0"
        )
    if not votes.cast.any():
        raise UserError(
            "every vote abstains, so there is nothing to learn from them; leave the votes out, or "
            "widen the rules or prompts they come from"
        )
    row = {text: i for i, text in enumerate([*guarded.labelled.texts, *guarded.pool.texts])}
    to = np.array([row.get(text, -1) for text in [*pool, *texts]], np.int64)
    return votes.moved(to)


def votes_facts(learned: Learned, labelled: bool) -> dict[str, Any] | None:
    """The line of the report on votes, with every source; None without votes."""
    if learned.voted is None:
        return None
    found = learned.voted.aggregate
    told = [
        f"{t.name}: {_known(t.known_by, t.accuracy, t.probed)}, {t.docs:,} texts"
        + (f", ${t.cost:.2f}" if t.cost else "")
        for t in sorted(found.trust, key=lambda t: -t.weight)
    ]
    shown = "; ".join(told[:6]) + (f"; and {len(told) - 6} more sources" if len(told) > 6 else "")
    why = (
        "of the votes beside the labels, by left-out log-loss"
        if labelled
        else "there are no labels to weigh them by"
    )
    return {
        "value": f"weight {learned.votes_weight:g}, on {found.coverage:.0%} of the texts; {shown}",
        "why": why,
        "sources": [vars(t) for t in found.trust],
        "coverage": found.coverage,
    }


def first_to_label(
    inputs: Inputs, material: Material, learned: Learned, rng: np.random.Generator
) -> tuple[str, ...]:
    """The pool texts to label first where no labelled text has a vote: typical and disputed ones.

    Empty where votes were not given, or were seen to be right or wrong.
    """
    if learned.voted is None or learned.voted.aggregate.probed:
        return ()
    found = learned.voted.aggregate
    rows = np.flatnonzero(found.covered)
    rows = np.sort(rng.permutation(rows[rows >= material.labelled])[:_SAMPLE])
    unit = material.unit_readout(material.usual, rows)
    doubt = 1.0 - 0.5 * found.agreement[rows]
    chosen = rows[first_texts(unit, min(FIRST, len(rows)), rng, gain=doubt)]
    return tuple(inputs.pool.texts[row - material.labelled] for row in chosen.tolist())


def _known(by: str, accuracy: float, probed: int) -> str:
    if by == "probe":
        return f"right in about {accuracy:.0%} ({probed} labelled texts)"
    if by == "agreement":
        return f"right in about {accuracy:.0%}, if the other sources are"
    return "nothing is known of its accuracy"


def votes_advice(learned: Learned) -> tuple[str, ...]:
    """What would tell how good the votes are, where no label does."""
    if learned.voted is None or learned.voted.aggregate.probed:
        return ()
    return (
        f"no labelled text has a vote, so nobody knows how good the sources are: label {FIRST} of "
        "the texts they voted on (nanonet fit lists which) and give them as the labelled table",
    )
