"""Nano students for the speed tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.protocol import draw, load


def fit_nano(name: str, shots: int, seed: int, data: Path, path: Path, cache: Path | None) -> Path:
    """Fit and save a nano student on the draw, as a user would."""
    import nanonet

    drawn = draw(*load(name, data), shots, seed)
    fitted = nanonet.fit(
        list(drawn.labelled.texts),
        list(drawn.labelled.labels),
        pool=drawn.pool.texts,
        student="nano",
        seed=seed,
        cache_dir=cache,
    )
    fitted.save(path)
    return path


def table_nano(name: str, data: Path, path: Path, max_mb: float = 4.0) -> Path:
    """A nano student that learned the training split's own labels, for its shape alone; kept.

    The n-grams, the rows and the size are what a fit on that split would have; the scores come from
    naive Bayes only, because how long a look-up takes does not depend on what it finds.
    """
    if path.is_dir():
        return path
    from nanonet.artefact import write_artefact
    from nanonet.learn import fit_bayes, gram_view, one_hot
    from nanonet.students import quantise_rows
    from nanonet.text import GramSpec, featurise

    train, _ = load(name, data)
    classes = sorted(set(train.labels))
    number = {label: i for i, label in enumerate(classes)}
    y = np.array([number[label] for label in train.labels])
    view = gram_view(featurise(train.texts, GramSpec()))
    weights = np.ones(len(y), np.float32)
    odds = view.table(fit_bayes(view.features, one_hot(y, len(classes)), weights))
    met = np.bincount(view.features.indices, minlength=len(view.keys))
    worth = np.linalg.norm(odds, axis=1) * np.sqrt(met)
    bias = np.zeros(len(classes), np.float32)
    table = quantise_rows(view.keys, odds, bias, np.asarray(worth, np.float32), max_mb)
    return write_artefact(
        path,
        classes=classes,
        student={"kind": "nano", "featuriser": GramSpec().to_dict()},
        weights=table.weights(),
    )
