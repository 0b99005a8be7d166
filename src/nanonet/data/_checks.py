"""What a list of labels cannot be learned from, and what looks like a slip of the pen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nanonet.errors import UserError

_TYPO_DISTANCE = 2
# A short name is close to every other short name: 'spam' and 'ham' are two edits apart.
_TYPO_MIN_LENGTH = 4
# A class seen once beside one seen this often is more likely a typo than a class.
_TYPO_MIN_SEEN = 2


def check_classes(name: str, labels: Sequence[str]) -> None:
    """At least two classes."""
    distinct = set(labels)
    if len(distinct) < 2:
        only = next(iter(distinct))
        raise UserError(
            f"{name}: all {len(labels)} rows have the label {only!r}; "
            "a classifier needs rows of at least two classes"
        )


def notes_on_labels(
    name: str, unit: str, labels: Sequence[str], numbers: Sequence[int]
) -> list[str]:
    """A sentence for each class that occurs once: a likely typo, or too little to check with."""
    counts = Counter(labels)
    notes = []
    for label, seen in counts.items():
        if seen > 1:
            continue
        where = f"{name}, {unit} {numbers[labels.index(label)]}"
        other = _likely_meant(label, counts)
        if other:
            notes.append(
                f"{where}: the label {label!r} occurs once and is close to {other!r} "
                f"({counts[other]} rows); if it is a typo, correct it"
            )
        else:
            notes.append(
                f"{where}: the class {label!r} has one row only; add more, "
                "or nothing can be held out to check that class"
            )
    return notes


def _likely_meant(label: str, counts: Counter[str]) -> str:
    close = [
        (_distance(label.casefold(), other.casefold(), _TYPO_DISTANCE), -seen, other)
        for other, seen in counts.items()
        if other != label and seen >= _TYPO_MIN_SEEN and not (label + other).isdigit()
    ]
    close = [item for item in close if item[0] <= _allowed(label, item[2])]
    return min(close)[2] if close else ""


def _allowed(label: str, other: str) -> int:
    shorter = min(len(label), len(other))
    if label.casefold() == other.casefold():
        return _TYPO_DISTANCE
    if shorter < _TYPO_MIN_LENGTH:
        return 0
    return 1 if shorter < 2 * _TYPO_MIN_LENGTH else _TYPO_DISTANCE


def _distance(a: str, b: str, most: int) -> int:
    """Edits from ``a`` to ``b`` with swaps of neighbours (optimal string alignment).

    Anything beyond ``most`` may be returned as ``most + 1``.
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
