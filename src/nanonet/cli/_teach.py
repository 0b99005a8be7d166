"""The quick regression on a frozen encoder that ``curate`` and ``ask`` judge by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nanonet.cli._progress import terminal_progress
from nanonet.errors import MissingExtra
from nanonet.learn import Floats, fit_softmax, softmax

_C = 3.0  # many labels with errors among them want more shrinkage than the 10 of a few clean ones
_STEPS = 50


def learner(features: Floats, targets: Floats, weights: Floats) -> Callable[[Floats], Floats]:
    """Softmax regression; see ``nanonet.select.Learner``."""
    head = fit_softmax(features, targets, weights=weights, c=_C, iterations=_STEPS)
    return lambda rows: softmax(np.asarray(rows @ head[:-1] + head[-1], np.float32))


class SoftmaxTrainer:
    """The same regression, step by step; see ``nanonet.select.Trainer``."""

    def train(
        self, features: Floats, targets: Floats, weights: Floats, start: Floats | None, steps: int
    ) -> Floats:
        """Coefficients [d + 1, C]."""
        return fit_softmax(features, targets, weights=weights, c=_C, start=start, iterations=steps)

    def logits(self, coefficients: Floats, features: Floats) -> Floats:
        """Scores [n, C]."""
        return np.asarray(features @ coefficients[:-1] + coefficients[-1], np.float32)


def embedded(
    verb: str, texts: Sequence[str], encoder: str | None, cache_dir: str | None, kind: str = "usual"
) -> Floats:
    """Vectors of length one through the cache: the usual embedding, or the two views of a pool."""
    try:
        from nanonet.encode import load_encoder, unit_vectors
        from nanonet.pipeline.embed import two_views

        bar = terminal_progress()
        loaded = load_encoder(encoder, cache_dir=cache_dir, progress=bar)
        read = unit_vectors if kind == "usual" else two_views
        return read(loaded, texts, cache_dir, bar)
    except ModuleNotFoundError as error:
        raise MissingExtra(verb, "train") from error
