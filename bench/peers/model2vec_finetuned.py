"""model2vec's own classifier, fine-tuned from the distilled static vectors; the pool is unused.

``StaticModelForClassification`` with its defaults; it holds back a tenth of the labelled rows for
early stopping itself, which leaves it little to learn from when labels are few: see
``model2vec_peer`` for logistic regression on the same vectors. Prediction goes through the
exported pipeline, which is the form model2vec deploys.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers._base import Floats, PeerResult, Trained, timed
from bench.peers._model2vec import static_model
from nanonet.data import Labelled, Pool, Test


def train(labelled: Labelled, pool: Pool, seed: int, cache_dir: Path | None) -> Trained:
    """Fine-tune on the labelled rows; ``pool`` is not used."""
    from model2vec.train import StaticModelForClassification

    model = StaticModelForClassification.from_static_model(model=static_model(cache_dir))
    texts, labels = list(labelled.texts), list(labelled.labels)
    pipeline: Any = model.fit(texts, labels, device="cpu", random_seed=seed).to_pipeline()
    names = [str(name) for name in pipeline.classes_]
    order = np.argsort(names)

    def probabilities(texts: Sequence[str]) -> Floats:
        table: Floats = pipeline.predict_proba(list(texts), use_multiprocessing=False)
        return table[:, order]

    def predict(texts: Sequence[str]) -> list[str]:
        found: list[str] = pipeline.predict(list(texts), use_multiprocessing=False).tolist()
        return found

    notes = "distillation not counted in fit_s; its classifier's defaults"
    return Trained(tuple(sorted(names)), probabilities, predict, notes)


def run(
    labelled: Labelled, pool: Pool, test: Test, seed: int, cache_dir: Path | None = None
) -> PeerResult:
    """Learn from the draw and label the test texts; distillation happens before the clock."""
    static_model(cache_dir)
    return timed(lambda: train(labelled, pool, seed, cache_dir), test)
