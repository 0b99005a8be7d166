"""Data sets and draws: which rows a method may see, and with which labels.

A draw of seed ``s`` with ``k`` shots takes ``numpy.random.RandomState(s).permutation(len(train))``
and keeps the first ``k`` rows of each class in that order, classes sorted by name. The rest of the
training split, labels hidden, is the pool. Nothing else of the training labels leaves this module.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nanonet.data import Labelled, Pool, Test

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT_DATA = REPOSITORY.parent / "shared" / "data"

#: Data set name -> (training file, test file), relative to the data root.
SETS: dict[str, tuple[str, str]] = {
    name: (f"{name}/train.parquet", f"{name}/test.parquet")
    for name in (
        *("ag_news", "banking77", "clinc150", "dbpedia14", "imdb"),
        *("sms_spam", "sst2", "trec50", "trec6"),
    )
} | {"newsgroups20": ("newsgroups20/train_stripped.parquet", "newsgroups20/test_stripped.parquet")}


@dataclass(frozen=True)
class Table:
    """One split as it lies on the disk: texts and their labels, in file order."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Draw:
    """What a method gets: ``labelled`` and ``pool`` to learn from, ``test`` to be scored on."""

    labelled: Labelled
    pool: Pool
    test: Test
    classes: tuple[str, ...]


@functools.lru_cache(maxsize=4)
def read_split(path: Path) -> Table:
    """Read the ``text`` and ``label`` columns of a Parquet file."""
    import pyarrow.parquet

    columns = pyarrow.parquet.read_table(path, columns=["text", "label"]).to_pydict()
    return Table(tuple(columns["text"]), tuple(columns["label"]))


def load(name: str, root: Path = DEFAULT_DATA) -> tuple[Table, Table]:
    """The training and test split of a data set; ``SystemExit`` with one sentence when absent."""
    if name not in SETS:
        raise SystemExit(f"unknown data set '{name}'; there are: {', '.join(sorted(SETS))}")
    paths = [root / part for part in SETS[name]]
    for path in paths:
        if not path.is_file():
            raise SystemExit(f"{path} is not there; name the folder of the data sets with --data")
    return read_split(paths[0]), read_split(paths[1])


def draw(train: Table, test: Table, shots: int, seed: int) -> Draw:
    """Choose ``shots`` labelled rows a class by ``seed``; with 0 shots everything is pool.

    The labelled rows come class by class (sorted by name), each in the order of the permutation;
    the pool keeps the order of the permutation too. A class with fewer rows than ``shots`` gives
    all it has.
    """
    order = np.random.RandomState(seed).permutation(len(train.texts))
    classes = tuple(sorted(set(train.labels)))
    rows: dict[str, list[int]] = {name: [] for name in classes}
    rest: list[int] = []
    for row in order.tolist():
        kept = rows[train.labels[row]]
        (kept if len(kept) < shots else rest).append(row)
    chosen = [row for name in classes for row in rows[name]]
    labelled = Labelled(
        tuple(train.texts[row] for row in chosen), tuple(train.labels[row] for row in chosen)
    )
    pool = Pool(tuple(train.texts[row] for row in rest))
    return Draw(labelled, pool, Test(test.texts, test.labels), classes)
