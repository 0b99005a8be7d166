"""The demo corpus as Python values: ``from _corpus import labelled, pool, test_rows``."""

from __future__ import annotations

import csv
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[1] / "examples" / "corpus"
POOL = 250


def labelled() -> tuple[list[str], list[str]]:
    """The 40 labelled texts and their labels, five of each of eight classes."""
    return _columns("labelled.csv")


def test_rows() -> tuple[list[str], list[str]]:
    """The 242 test texts and their labels."""
    return _columns("test.csv")


test_rows.__test__ = False  # type: ignore[attr-defined]  # no test case, in spite of its name


def pool(size: int = POOL) -> list[str]:
    """The first texts of the pool, so that a fit takes seconds."""
    return [row["text"] for row in _rows("pool.csv")][:size]


def _columns(name: str) -> tuple[list[str], list[str]]:
    rows = _rows(name)
    return [row["text"] for row in rows], [row["label"] for row in rows]


def _rows(name: str) -> list[dict[str, str]]:
    with open(CORPUS / name, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
