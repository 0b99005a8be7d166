"""fastText's supervised classifier on the labelled rows; the pool is unused.

Settings are the last ones of fastText's own text classification tutorial (25 epochs, learning
rate 1.0, word pairs, 50 dimensions, 200,000 buckets; lower case, punctuation set apart), with
softmax in place of its hierarchical one, which is meant for hundreds of classes.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.peers._base import Floats, PeerResult, Trained, classes_of, timed
from nanonet.data import Labelled, Pool, Test

SETTINGS = {"epoch": 25, "lr": 1.0, "wordNgrams": 2, "dim": 50, "bucket": 200_000, "minCount": 1}
_MARKS = re.compile(r"([.!?,'/()])")


def prepare(text: str) -> str:
    """The tutorial's preparation: one line, lower case, punctuation marks as words of their own."""
    return " ".join(_MARKS.sub(r" \1 ", text).lower().split())


def train(labelled: Labelled, pool: Pool, seed: int, cache_dir: Path | None) -> Trained:
    """Fit on the labelled rows, one thread, so that a seed gives the same model again."""
    import fasttext

    classes = classes_of(labelled)
    index = {name: column for column, name in enumerate(classes)}
    # Labels are written as numbers: a class name with a blank would be cut by the file format.
    lines = [
        f"__label__{index[label]} {prepare(text)}\n"
        for text, label in zip(labelled.texts, labelled.labels, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        path.write_text("".join(lines), encoding="utf-8")
        model = fasttext.train_supervised(
            str(path), thread=1, seed=seed, loss="softmax", verbose=0, **SETTINGS
        )

    def probabilities(texts: Sequence[str]) -> Floats:
        table = np.zeros((len(texts), len(classes)))
        for row, text in enumerate(texts):
            # The C++ call under predict: predict itself fails with NumPy 2 on one string, and on a
            # list it repeats the first probability for all k classes in release 0.9.2.
            for value, key in model.f.predict(prepare(text) + "\n", len(classes), 0.0, "strict"):
                table[row, int(key.removeprefix("__label__"))] = value
        return table

    def predict(texts: Sequence[str]) -> list[str]:
        names, _ = model.predict([prepare(text) for text in texts], k=1)
        return [classes[int(keys[0].removeprefix("__label__")) if keys else 0] for keys in names]

    return Trained(classes, probabilities, predict, "tutorial settings, softmax, one thread")


def run(
    labelled: Labelled, pool: Pool, test: Test, seed: int, cache_dir: Path | None = None
) -> PeerResult:
    """Learn from the draw and label the test texts."""
    return timed(lambda: train(labelled, pool, seed, cache_dir), test)
