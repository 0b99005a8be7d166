"""``y`` with any number of labels a row: an indicator matrix, or a list of label sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.estimator._rows import Refused, read_texts


@dataclass(frozen=True)
class SetRows:
    """texts and label sets of the labelled rows; pool: the texts of the others and those given.

    names: what the model calls each class; classes: the labels themselves, in the same order.
    """

    texts: list[str]
    sets: list[tuple[str, ...]]
    pool: list[str]
    names: list[str]
    classes: NDArray[Any]


def holds_label_sets(y: object) -> bool:
    """Whether ``y`` is a matrix, or a list in which some row is a list, tuple or set."""
    if len(getattr(y, "shape", ())) == 2:
        return True
    if isinstance(y, (str, bytes)) or not isinstance(y, Sequence):
        return False
    return any(isinstance(row, (list, tuple, set, frozenset)) for row in y)


def read_set_rows(X: object, y: Any, pool: object) -> SetRows:
    """Split ``X`` into labelled texts and a pool: rows of None, or of -1 throughout.

    Of a matrix the classes are the numbers of its columns, as scikit-learn has them; of label sets
    their sorted labels.
    """
    texts = read_texts(X)
    rows = _matrix_rows(y) if len(getattr(y, "shape", ())) == 2 else _set_rows(y)
    if len(rows) != len(texts):
        raise Refused(f"X has {len(texts)} texts but y has {len(rows)} rows; give one each")
    if len(getattr(y, "shape", ())) == 2:
        classes = np.arange(y.shape[1])
    else:
        classes = np.array(sorted({label for row in rows if row is not None for label in row}))
    known = [row is not None for row in rows]
    more = [] if pool is None else read_texts(pool, "pool")
    return SetRows(
        [text for text, yes in zip(texts, known, strict=True) if yes],
        [tuple(str(label) for label in row) for row in rows if row is not None],
        [text for text, yes in zip(texts, known, strict=True) if not yes] + more,
        [str(label) for label in classes.tolist()],
        classes,
    )


def to_indicator(y: Any, classes: NDArray[Any]) -> NDArray[np.int64]:
    """``y`` as a matrix of 0 and 1, columns as in ``classes``; rows without labels are refused."""
    if len(getattr(y, "shape", ())) == 2:
        dense = y.toarray() if hasattr(y, "toarray") else y
        return np.asarray(dense).astype(np.int64)
    rows = _set_rows(y)
    if any(row is None for row in rows):
        raise Refused("y has rows without labels; a score needs the labels of every row")
    column = {label: number for number, label in enumerate(classes.tolist())}
    found = np.zeros((len(rows), len(classes)), np.int64)
    for number, row in enumerate(rows):
        for label in row or ():
            if label not in column:
                raise Refused(f"y[{number}] holds {label!r}, a label the model does not know")
            found[number, column[label]] = 1
    return found


def _matrix_rows(y: Any) -> list[list[int] | None]:
    dense = np.asarray(y.toarray() if hasattr(y, "toarray") else y, np.float64)
    rows: list[list[int] | None] = []
    for number, row in enumerate(dense):
        if np.isnan(row).all() or (row == -1).all():
            rows.append(None)
            continue
        wrong = [value for value in row.tolist() if value not in (0.0, 1.0)]
        if wrong:
            raise Refused(
                f"y[{number}] holds {wrong[0]:g}; a matrix of labels has 1 where a label applies "
                "and 0 where not, and -1 throughout in a row that is unlabelled"
            )
        rows.append(np.flatnonzero(row).tolist())
    return rows


def _set_rows(y: Any) -> list[Any]:
    rows: list[Any] = list(y)
    for number, row in enumerate(rows):
        if row is None or isinstance(row, (list, tuple, set, frozenset)):
            continue
        raise Refused(
            f"y[{number}] is {row!r:.40} where other rows hold several labels; give every row a "
            "list, tuple or set, or None where it is unlabelled"
        )
    return rows
