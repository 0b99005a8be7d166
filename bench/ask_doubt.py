"""Which labels to doubt: planted errors, and those people made, against what is flagged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bench.ask_annotator import Errors, Floats, Ints
from bench.ask_cell import Loaded, Places, loaded, planted
from nanonet.cli._teach import SoftmaxTrainer, learner
from nanonet.learn import fit_softmax, one_hot
from nanonet.select import Labels, curate

C = 3.0


def run_cell(name: str, errors: Errors, seed: int, places: Places) -> dict[str, Any]:
    """Precision and recall of the flags on the training split, beside the plain rule.

    The plain rule flags where the given label has under a half, out of fold. Then a
    regression learns from all rows, from those not flagged, and from corrected labels; test
    accuracy. ``check`` is the trial that ``nanonet curate`` makes.
    """
    one = loaded(name, places.data, places.cache_dir)
    given = _given(one, name, errors, seed, places)
    labels = Labels(one.texts, one.train, given, len(one.names))
    found = curate(labels, learner, SoftmaxTrainer(), np.random.default_rng([seed, 81]))
    doubts, wrong = found.doubts, given != one.y
    flag = doubts.suspect
    every = np.arange(len(given))
    fixed = doubts.better[flag & wrong] == one.y[flag & wrong]
    return {
        "rows": len(given),
        "wrong": float(wrong.mean()),
        "suspects": _rates(flag, wrong),
        "plain": _rates(doubts.given < 0.5, wrong),
        "fixed": float(fixed.mean()) if len(fixed) else 0.0,
        "check": None if found.verdict is None else found.verdict.to_dict(),
        "accuracy": {
            "all": _score(one, every, given),
            "kept": _score(one, np.flatnonzero(~flag), given),
            "corrected": _score(one, every, doubts.better),
            "gold": _score(one, every, one.y),
        },
    }


def _given(one: Loaded, name: str, errors: Errors, seed: int, places: Places) -> Ints:
    if errors.kind == "none":
        return one.y
    if errors.kind == "human":
        return _human(one, places.data)
    return planted(name, errors, seed, places)


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
    head: Floats = fit_softmax(
        one.train[rows], one_hot(labels[rows], len(one.names)), c=C, iterations=50
    )
    guess = (one.test @ head[:-1] + head[-1]).argmax(axis=1)
    return float((guess == one.test_y).mean())
