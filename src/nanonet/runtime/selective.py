"""Answering only what is sure enough: the promises of a model folder, and leaving answers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nanonet.decide import Promise, least_kept
from nanonet.errors import FormatError, UserError
from nanonet.runtime.scorer import Floats

Abstain = float | Promise | Mapping[str, float | Promise | None]


def find_promise(
    thresholds: Mapping[str, Any], classes: Sequence[str], max_error: float, label: str | None
) -> Promise:
    """The promise of at most ``max_error`` that answers most texts; UserError where there is none.

    thresholds: that block of ``model.json``; label: the class whose answers it is to be about.
    """
    _check_error(max_error)
    if label is not None and label not in classes:
        raise UserError(f"the model has no class {label!r}; it has {', '.join(classes[:20])}")
    try:
        block = thresholds if label is None else thresholds.get("classes", {}).get(label, {})
        level = float(thresholds.get("level", 0.0))
        given = [Promise(**one, level=level, label=label) for one in block.get("promises", ())]
        labels = int(thresholds.get("labels", 0))
    except (TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"the model's thresholds are damaged ({error}); fit again") from error
    kept = [one for one in given if one.max_error <= max_error + 1e-9]
    if not kept:
        raise UserError(_why_not(given, labels, level, max_error, label))
    return max(kept, key=lambda one: (one.coverage, one.max_error))


def find_each(
    thresholds: Mapping[str, Any], classes: Sequence[str], max_error: float
) -> dict[str, Promise | None]:
    """For every class the promise of at most ``max_error`` wrong of its own answers, None where
    nothing can be promised of it; UserError where that is so of every class."""
    found: dict[str, Promise | None] = {}
    for name in classes:
        try:
            found[name] = find_promise(thresholds, classes, max_error, name)
        except FormatError:
            raise
        except UserError:
            found[name] = None
    if not any(found.values()):
        _check_error(max_error)
        raise UserError(
            f"at most {max_error:g} wrong cannot be promised of the answers of any class by itself "
            "(a class needs dozens of hidden labels); ask for all answers together, or label more"
        )
    return found


def _check_error(max_error: float) -> None:
    number = isinstance(max_error, (int, float)) and not isinstance(max_error, bool)
    if not number or not 0 < max_error < 1:
        raise UserError(
            f"the largest error is {max_error!r}; it must be a share above 0 and below 1, such as "
            "0.05"
        )


def _why_not(
    given: Sequence[Promise], labels: int, level: float, max_error: float, label: str | None
) -> str:
    asked = f"at most {max_error:g} wrong cannot be promised"
    if label is not None:
        asked += f" of the answers {label!r}"
    if not labels or not level:
        return (
            f"{asked}: the model keeps no answers to hidden labels (it was made from one label a "
            "class, from names alone, or without a pool of 200 texts); evaluate it on labels"
        )
    least = min((one.max_error for one in given), default=None)
    if least is not None:
        return f"{asked} by {labels} hidden labels; the least that can be is {least:g}"
    needed = least_kept(max_error, level)
    if labels < needed:
        return (
            f"{asked}: that takes at least {needed} hidden labels answered rightly, and there were "
            f"{labels}; label more texts and fit again"
        )
    return f"{asked}: too many of the surest of {labels} hidden labels were answered wrongly"


def leave_out(proba: Floats, names: Sequence[str], abstain: Abstain) -> list[str | None]:
    """The likeliest class of each row [n, C], None where it is less sure than asked."""
    if not len(proba):
        return []
    column, sure = proba.argmax(axis=1), proba.max(axis=1)
    answered = sure >= least_of(names, abstain)[column]
    return [
        names[i] if yes else None for i, yes in zip(column.tolist(), answered.tolist(), strict=True)
    ]


def least_of(names: Sequence[str], abstain: Abstain) -> Floats:
    """The threshold of every class [C]; 0 where none is asked for, without end where it is None."""
    if isinstance(abstain, Promise) and abstain.label is not None:
        abstain = {abstain.label: abstain}
    given = abstain if isinstance(abstain, Mapping) else dict.fromkeys(names, abstain)
    unknown = [name for name in given if name not in names]
    if unknown:
        raise UserError(
            f"abstain names the class {unknown[0]!r}, which the model does not know; it knows "
            f"{', '.join(names[:20])}"
        )
    return np.array([_threshold(given.get(name, 0.0)) for name in names], np.float32)


def _threshold(asked: float | Promise | None) -> float:
    if asked is None:
        return np.inf
    value = asked.threshold if isinstance(asked, Promise) else asked
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise UserError(f"abstain is {value!r}; a threshold must be a number from 0 to 1")
    return float(value)
