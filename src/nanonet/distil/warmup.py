"""Warm up: draw the labelled texts of a class together, and the classes apart.

In place of SetFit's contrastive step (arXiv 2209.11055). Every pair of a batch counts, by the
supervised contrastive loss (arXiv 2004.11362), not one pair per two texts encoded: sixty texts give
1,770 pairs for the price of sixty. And only a small share of the encoder moves (``mode``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nanonet.distil.batch import pad
from nanonet.distil.cohort import derive
from nanonet.distil.device import Place
from nanonet.distil.encoder import TextEncoder
from nanonet.distil.losses import supervised_contrastive
from nanonet.distil.memory import memory
from nanonet.distil.merge import merge
from nanonet.distil.peft import Tuned, prepare
from nanonet.distil.pool import pool
from nanonet.distil.presets import factor
from nanonet.distil.views import set_dropout
from nanonet.errors import Diverged
from nanonet.progress import NullProgress, Progress


@dataclass(frozen=True)
class WarmUp:
    """Settings. batch: texts a step; a step has at least ``least`` of each class that is in it."""

    mode: str = "lora"
    rank: int = 8
    alpha: float = 16.0
    lr: float = 5e-4
    steps: int = 40
    batch: int = 64
    least: int = 2
    dropout: float = 0.1
    weight_decay: float = 0.01
    clip: float = 1.0
    warm: float = 0.1


def warm_up(
    encoder: TextEncoder,
    texts: Sequence[str],
    y: NDArray[np.int64],
    settings: WarmUp,
    *,
    seed: int,
    place: Place,
    progress: Progress | None = None,
) -> Tuned:
    """Tune ``encoder`` in place on labelled texts; the updates are merged into its weights.

    y: [n] classes. The last layer's mean is what is drawn together. Raises Diverged when a loss
    is no number, naming the step, and OutOfMemory.
    """
    bar = progress or NullProgress()
    draw = torch.Generator().manual_seed(derive(seed, 0, 7))
    tuned = prepare(
        encoder.model, settings.mode, settings.rank, settings.alpha, draw, embeddings=False
    )
    if not tuned.trainable:
        return tuned
    ids = encoder.tokenise(texts)
    encoder.model.to(place.device)
    trained = [p for p in encoder.model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=settings.lr, weight_decay=settings.weight_decay)
    bar.start("warming up the encoder", settings.steps)
    try:
        with place.own_randomness(), memory(_sizes(encoder, settings)):
            set_dropout(encoder.model, settings.dropout)
            for step in range(1, settings.steps + 1):
                rows = balanced_rows(y, settings, seed, step)
                torch.manual_seed(derive(seed, step, 8))
                loss = _loss(encoder, [ids[row] for row in rows], y[rows], place)
                if not bool(torch.isfinite(loss)):
                    raise Diverged(
                        f"the warm-up loss was no number at step {step} of {settings.steps}; "
                        f"try again with a rate below {settings.lr:g}"
                    )
                rate = settings.lr * factor("linear", step, settings.steps, settings.warm)
                for group in optimiser.param_groups:
                    group["lr"] = rate
                optimiser.zero_grad(set_to_none=True)
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(trained, settings.clip or float("inf"))
                optimiser.step()
                bar.advance(1)
    finally:
        bar.finish()
        set_dropout(encoder.model, 0.0)
        encoder.model.eval()
    merge(encoder.model)
    return tuned


def _sizes(encoder: TextEncoder, settings: WarmUp) -> str:
    return (
        f"with a warm-up batch of {settings.batch} texts of up to {encoder.max_tokens} tokens; "
        "lower the batch first, then max_tokens"
    )


def balanced_rows(
    y: NDArray[np.int64], settings: WarmUp, seed: int, step: int
) -> NDArray[np.int64]:
    """Rows of one batch: all where they fit, else the same number of each of some classes."""
    if len(y) <= settings.batch:
        return np.arange(len(y))
    rng = np.random.default_rng([seed, 9, step])
    classes = rng.permutation(np.unique(y))[: max(2, settings.batch // settings.least)]
    each = max(settings.least, settings.batch // len(classes))
    return np.concatenate([rng.permutation(np.flatnonzero(y == c))[:each] for c in classes])


def _loss(encoder: TextEncoder, ids: list[list[int]], y: NDArray[np.int64], place: Place) -> Tensor:
    tokens, mask, _ = pad(ids, encoder.margins, encoder.pad_id)
    mask = mask.to(place.device)
    with place.autocast():
        states, _ = encoder.run(tokens.to(place.device), mask)
    vectors = pool(states[encoder.layers].float(), mask, "mean", encoder.margins)
    return supervised_contrastive(vectors, torch.from_numpy(y).to(place.device))
