"""Which labels to doubt: planted errors, and those people made, against what is flagged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bench.ask_annotator import Errors, Floats, Ints
from bench.ask_cell import Loaded, Places, loaded, planted
from nanonet.learn import fit_softmax, one_hot, softmax
from nanonet.select import out_of_fold, suspects

C = 3.0


def run_cell(name: str, errors: Errors, seed: int, places: Places) -> dict[str, Any]:
    """Precision and recall of the flags on the training split, beside the plain rule.

    The plain rule flags where the out-of-fold answer is another than the label. Then a regression
    learns from all rows, from the rows not flagged, and from corrected labels; test accuracy.
    """
    one = loaded("ag_news_noisy" if errors.kind == "human" else name, places.data, places.cache_dir)
    given = (
        _human(one, places.data) if errors.kind == "human" else planted(name, errors, seed, places)
    )
    classes = len(one.names)
    table = out_of_fold(one.train, given, classes, learner, np.random.default_rng([seed, 81]))
    found = suspects(table, given)
    wrong = given != one.y
    plain = table.argmax(axis=1) != given
    kept = np.flatnonzero(~found.suspect)
    fixed = found.better[found.suspect & wrong] == one.y[found.suspect & wrong]
    return {
        "rows": len(given),
        "wrong": float(wrong.mean()),
        "suspects": _rates(found.suspect, wrong),
        "plain": _rates(plain, wrong),
        "fixed": float(fixed.mean()) if len(fixed) else 0.0,
        "accuracy": {
            "all": _score(one, np.arange(len(given)), given),
            "kept": _score(one, kept, given),
            "corrected": _score(one, np.arange(len(given)), found.better),
            "gold": _score(one, np.arange(len(given)), one.y),
        },
    }


def learner(features: Floats, targets: Floats, weights: Floats) -> Any:
    """The regression ``nanonet curate`` uses."""
    head = fit_softmax(features, targets, weights=weights, c=C, iterations=50)
    return lambda rows: softmax(rows @ head[:-1] + head[-1])


def _human(one: Loaded, data: Path) -> Ints:
    import pyarrow.parquet

    path = data / "ag_news_noisy" / "train.parquet"
    labels = pyarrow.parquet.read_table(path, columns=["noisy_label"])["noisy_label"].to_pylist()
    number = {label: at for at, label in enumerate(one.names)}
    return np.array([number[label] for label in labels], np.int64)


def _rates(flag: Any, wrong: Any) -> dict[str, float]:
    hit = float((flag & wrong).sum())
    return {
        "flagged": float(flag.mean()),
        "precision": hit / max(float(flag.sum()), 1.0),
        "recall": hit / max(float(wrong.sum()), 1.0),
    }


def _score(one: Loaded, rows: Ints, labels: Ints) -> float:
    head = fit_softmax(one.train[rows], one_hot(labels[rows], len(one.names)), c=C, iterations=50)
    guess = (one.test @ head[:-1] + head[-1]).argmax(axis=1)
    return float((guess == one.test_y).mean())
