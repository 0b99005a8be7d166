"""What scikit-learn hands over, as texts and labels: checked, and told apart from unlabelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError


class Refused(UserError, ValueError):
    """A user's error that scikit-learn's tools recognise: they expect a ValueError."""


@dataclass(frozen=True)
class Rows:
    """texts and labels of the labelled rows; pool: the texts of the others and those given."""

    texts: list[str]
    labels: list[Any]
    pool: list[str]

    @property
    def classes(self) -> NDArray[Any]:
        """The different labels in order, of the type they were given in."""
        return np.unique(np.asarray(self.labels)) if self.labels else np.array([], dtype=str)


def read_rows(X: object, y: object, pool: object) -> Rows:
    """Split ``X`` into labelled texts and a pool; no ``y`` at all leaves every row unlabelled."""
    texts = read_texts(X)
    labels = [None] * len(texts) if y is None else _plain(y, "y")
    if len(labels) != len(texts):
        raise Refused(f"X has {len(texts)} texts but y has {len(labels)} labels; give one each")
    _no_lost_mark(labels)
    known = [not is_unlabelled(label) for label in labels]
    return Rows(
        [text for text, yes in zip(texts, known, strict=True) if yes],
        _one_kind([label for label, yes in zip(labels, known, strict=True) if yes]),
        [text for text, yes in zip(texts, known, strict=True) if not yes]
        + ([] if pool is None else read_texts(pool, "pool")),
    )


def read_texts(X: object, name: str = "X") -> list[str]:
    """A list of strings from a list, a one-dimensional array or a column of a table."""
    values = _plain(X, name)
    for row, value in enumerate(values):
        if not isinstance(value, str):
            raise Refused(
                f"{name}[{row}] is {value!r:.40} (a {type(value).__name__}); NanoNetClassifier "
                "reads texts, so every row must be a string"
            )
    return [str(value) for value in values]


def is_unlabelled(label: object) -> bool:
    """Whether ``label`` marks a row without a label: None, -1 or NaN."""
    if label is None:
        return True
    if isinstance(label, Real) and not isinstance(label, (bool, np.bool_)):
        return bool(label == -1 or label != label)
    return False


def _plain(values: object, name: str) -> list[Any]:
    """The values one by one; refuses one string, and whatever is not one-dimensional."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise Refused(f"{name} is one {type(values).__name__}; give a list with a value a row")
    shape: Sequence[int] = getattr(values, "shape", (0,))
    if len(shape) != 1:
        raise Refused(
            f"{name} has the shape {tuple(shape)}; NanoNetClassifier takes one value a row, such "
            f'as a list, an array of one dimension or one column of a table (table["text"])'
        )
    return list(values)


def _no_lost_mark(labels: list[Any]) -> None:
    """NumPy makes '-1' of -1 where the other labels are names: no class, and no mark either."""
    if any(isinstance(label, str) and label == "-1" for label in labels):
        raise Refused(
            "y holds the string '-1', which is what NumPy makes of -1 beside names; give y as a "
            "list or with dtype=object, and mark rows without a label by None or -1"
        )


def _one_kind(labels: list[Any]) -> list[Any]:
    kinds = {_kind(label): label for label in labels}
    if None in kinds:
        raise Refused(f"y holds {kinds[None]!r:.40}; a label is a name or a whole number")
    if len(kinds) > 1:
        shown = " and ".join(repr(label) for label in list(kinds.values())[:2])
        raise Refused(f"y mixes kinds of labels ({shown}); use names only, or whole numbers only")
    if float in kinds:
        return [int(label) for label in labels]
    return labels


def _kind(label: object) -> type | None:
    """str, bool, int, float (a whole number spelled so) or None for what is no label."""
    if isinstance(label, str):
        return str
    if isinstance(label, (bool, np.bool_)):
        return bool
    if isinstance(label, Integral):
        return int
    whole = isinstance(label, Real) and float(label).is_integer()
    return float if whole else None
