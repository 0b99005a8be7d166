"""SetFit as a whole process, like ``nanonet fit``: files in, labels out.

``python -m bench.setfit_job labelled.csv pool.csv out.csv`` trains on the labelled file and labels
every row of the pool.
"""

from __future__ import annotations

import csv
import sys

from bench.peers import peer
from nanonet.data import Labelled, Pool


def main(labelled: str, pool: str, out: str) -> None:
    """Train, label, write; columns ``text`` and ``label``."""
    rows = read(labelled)
    texts = [row["text"] for row in read(pool)]
    known = Labelled(tuple(row["text"] for row in rows), tuple(row["label"] for row in rows))
    trained = peer("setfit").train(known, Pool(()), 0, None)
    with open(out, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows(zip(texts, trained.predict(texts), strict=True))


def read(path: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main(*sys.argv[1:])
