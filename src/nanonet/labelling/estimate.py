"""How often the suggestions are right, told from texts that nobody chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nanonet.decide import wilson

__all__ = ["CHECKS_KEPT", "CHECK_EVERY", "LEAST_CHECKS", "estimated"]

CHECK_EVERY = 5  # every so many texts one is drawn at random, and no suggestion is shown
LEAST_CHECKS = 10  # under so many of them nothing is claimed
CHECKS_KEPT = 50  # the latest: what was guessed long ago tells of a worse model


def estimated(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The share of right guesses over the latest check texts, and Wilson's 95 % interval.

    rows: answers in their order, of which those count that are a ``check`` and had been guessed
    (``guess``) before they were answered. Check texts are drawn at random and shown without a
    suggestion, so neither the choice of hard texts nor the wish to agree moves the figure; it
    tells of the model as it was on average over those texts, so a little too low while it gains.
    """
    checks = [row for row in rows if row.get("check") and row.get("guess")][-CHECKS_KEPT:]
    right = sum(row["guess"] == row["label"] for row in checks)
    found: dict[str, Any] = {"checks": len(checks), "needed": LEAST_CHECKS, "known": False}
    if len(checks) < LEAST_CHECKS:
        return found
    share = right / len(checks)
    low, high = wilson(share, len(checks))
    return found | {"known": True, "share": share, "low": low, "high": high}
