"""What anyone could use in the model's stead, on the same folds and the same texts."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np

from nanonet.encode import Encoder
from nanonet.learn import Material
from nanonet.report.cost import Cost, rate, single
from nanonet.report.trial import Rows, Trial, answer

_ENCODED = 24  # texts read by the encoder for its speed


def peers(
    labelled: Sequence[str], material: Material, trial: Trial, encoder: Encoder,
    texts: Sequence[str], rng: np.random.Generator,
) -> tuple[Cost, ...]:  # fmt: skip
    """TF-IDF with regression, where scikit-learn is, and regression on the encoder's vectors."""
    found = [_on_vectors(material, trial, encoder, texts, rng)]
    try:
        return (_tfidf(labelled, material, trial, texts), *found)
    except ImportError:
        return tuple(found)


def _tfidf(labelled: Sequence[str], material: Material, trial: Trial, texts: Sequence[str]) -> Cost:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    def fitted(rows: Rows) -> Any:
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
        model = make_pipeline(words, LogisticRegression(max_iter=1000))
        return model.fit([labelled[row] for row in rows.tolist()], material.y[rows])

    hits = 0
    for one in range(trial.folds):
        hidden = np.flatnonzero(trial.fold == one)
        model = fitted(np.flatnonzero(trial.fold != one))
        hits += int(
            (model.predict([labelled[i] for i in hidden.tolist()]) == trial.y[hidden]).sum()
        )
    model = fitted(np.arange(material.labelled))
    size = len(pickle.dumps(model)) / 1e6
    return Cost(
        "TF-IDF + regression", size, rate(model.predict, texts), single(model.predict, texts),
        hits / len(trial.y),
    )  # fmt: skip


def _on_vectors(
    material: Material, trial: Trial, encoder: Encoder, texts: Sequence[str],
    rng: np.random.Generator,
) -> Cost:  # fmt: skip
    hits = 0
    for one in range(trial.folds):
        hidden, train = (np.flatnonzero((trial.fold == one) == yes) for yes in (True, False))
        name = "regression" if trial.recipe.name == "regression" else "labels"
        said = answer(material, name, train, hidden, rng).argmax(axis=1)
        hits += int((said == trial.y[hidden]).sum())
    us = single(encoder.encode, texts[:_ENCODED])  # one text a call, so in one thread
    size = None
    if encoder.onnx_path is not None:
        files = (encoder.onnx_path, encoder.tokenizer_path)
        size = sum(path.stat().st_size for path in files) / 1e6
    name = f"regression on {encoder.name}"
    return Cost(name, size, 1e6 / us, us, hits / len(trial.y))
