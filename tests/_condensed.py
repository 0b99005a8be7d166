"""A made-up table and a toy corpus to condense: ``from _condensed import corpus, made_up``."""

from __future__ import annotations

import numpy as np

from _toy import text
from nanonet.condense import Seen

CLASSES, WIDTH = 3, 20


def made_up(seed: int = 0, rows: int = 600) -> Seen:
    """Unit rows around three means of unequal share that overlap."""
    rng = np.random.default_rng(seed)
    means = np.random.default_rng(99).standard_normal((CLASSES, WIDTH))
    y = rng.choice(CLASSES, rows, p=[0.5, 0.3, 0.2])
    x = means[y] + 1.5 * rng.standard_normal((rows, WIDTH))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return Seen(x.astype(np.float32), y.astype(np.int64), CLASSES)


def corpus(rows: int = 240, seed: int = 1) -> tuple[list[str], list[str]]:
    """Texts of two classes, by name."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, rows)
    return [text(rng, c) for c in y], ["sport" if c == 0 else "trade" for c in y]
