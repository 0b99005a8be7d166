"""The benchmark is not part of the package: its folder is the repository's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

TOPICS = {
    "food": ("soup", "bread", "cheese", "apple", "salad"),
    "sport": ("goal", "team", "match", "coach", "league"),
}


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """A data root with one set under the name trec6: two easy topics, 40 rows to learn from."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = tmp_path / "data" / "trec6"
    folder.mkdir(parents=True)
    for part, count in (("train", 20), ("test", 10)):
        rows = [
            (f"{words[i % 5]} and {words[(i + 1) % 5]} number {part} {i}", topic)
            for topic, words in TOPICS.items()
            for i in range(count)
        ]
        table = pa.table({"text": [r[0] for r in rows], "label": [r[1] for r in rows]})
        pq.write_table(table, folder / f"{part}.parquet")
    return tmp_path / "data"
