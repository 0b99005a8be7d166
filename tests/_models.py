"""Small nano and micro models, made by hand, for the tests of the runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from _tiny import HIDDEN
from nanonet.artefact import write_artefact
from nanonet.runtime import NanoWeights
from nanonet.text import GramSpec, featurise, gram_spans, pack_ids, unpack_ids

CLASSES = ["business", "sport", "world"]
SPEC = GramSpec()
TEXTS = [
    "The bank said profit rose, and the market liked it.",
    "Great goal! The team won't lose the match now.",
    "Talks in Geneva ended without an agreement",
    "股市今天上涨",
    "",
    "zzz qqq",
    "a" * 300,
    "🙂🙂 not good, not good at all",
]

#: One of each kind, for three classes.
CALIBRATIONS = [
    {"kind": "temperature", "temperature": 0.7},
    {
        "kind": "vector",
        "temperature": 0.7,
        "weights": [1.0, 0.9, 1.2],
        "biases": [0.1, 0.2, -0.1],
    },
    {
        "kind": "isotonic",
        "temperature": 0.7,
        "knots": [[0.36, 0.2], [0.4, 0.7], [0.9, 0.75], [0.99, 0.999]],
    },
]


def nano_weights(texts: list[str] = TEXTS, classes: int = 3, seed: int = 0) -> dict[str, Any]:
    """Random rows for every second n-gram of the texts."""
    rng = np.random.default_rng(seed)
    keys = np.unique(featurise(texts, SPEC).ids)[::2].copy()
    return {
        "keys": pack_ids(keys),
        "rows": rng.integers(-127, 128, (len(keys), classes), dtype=np.int8),
        "scales": rng.integers(0, 192, len(keys), dtype=np.uint8),
        "unit": np.array([1e-6], np.float32),
        "bias": rng.normal(size=classes).astype(np.float32),
    }


def topic_weights(words: dict[str, int], classes: int = 3) -> dict[str, Any]:
    """Each word speaks for one class (+1) and against the others (-0.5)."""
    ids = {w: {s: i for i, s in gram_spans(w, GramSpec(word_ngrams=1))}[w] for w in words}
    order = sorted(words, key=ids.__getitem__)
    rows = np.full((len(order), classes), -50, np.int8)
    rows[np.arange(len(order)), [words[w] for w in order]] = 100
    return {
        "keys": pack_ids(np.array([ids[w] for w in order], np.uint32)),
        "rows": rows,
        "scales": np.zeros(len(order), np.uint8),
        "unit": np.array([0.01 / 16], np.float32),
        "bias": np.zeros(classes, np.float32),
    }


def checked(weights: dict[str, Any]) -> NanoWeights:
    """The tensors as the scorer takes them."""
    parts = {**weights, "keys": unpack_ids(weights["keys"]), "unit": float(weights["unit"][0])}
    return NanoWeights(**parts)


def write_nano(path: Path, weights: dict[str, Any] | None = None, **changes: Any) -> Path:
    facts: dict[str, Any] = {
        "classes": CLASSES,
        "student": {"kind": "nano", "featuriser": SPEC.to_dict()},
        "calibration": {"kind": "temperature", "temperature": 0.5},
        "weights": nano_weights() if weights is None else weights,
    }
    return write_artefact(path, **{**facts, **changes})


def micro_weights(seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        "readouts": np.array([1, 0], np.int32),
        "head": rng.normal(size=(2 * HIDDEN, 3)).astype(np.float32),
        "bias": rng.normal(size=3).astype(np.float32),
    }
