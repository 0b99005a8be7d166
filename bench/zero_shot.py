"""Plain zero-shot similarity on the same encoder: the class whose sentence is nearest to the text.

``zero-shot`` knows the names only ("This text is about {name}."); ``zero-shot-described`` has the
whole class file, a class being the mean of its sentences. Neither uses the pool.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.protocol import Draw
from bench.scores import score

METHODS = ("zero-shot", "zero-shot-described")
_SHARPNESS = 20.0  # of cosines in the softmax, for the calibration columns alone


def run(method: str, drawn: Draw, cache_dir: Path | None, classes_file: Path) -> dict[str, Any]:
    """One cell: figures on the test split."""
    from nanonet.data import ClassSpec, read_classes
    from nanonet.votes import class_sentences, unit_embedder

    start = time.perf_counter()
    embed = unit_embedder(cache_dir=cache_dir)
    specs = read_classes(classes_file)
    if method == "zero-shot":
        specs = tuple(ClassSpec(spec.name) for spec in specs)
    means = np.stack([embed(class_sentences(spec)).mean(axis=0) for spec in specs])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    cosines = _SHARPNESS * embed(drawn.test.texts) @ means.T
    powers = np.exp(cosines - cosines.max(axis=1, keepdims=True))
    table = powers / powers.sum(axis=1, keepdims=True)
    names = [spec.name for spec in specs]
    predictions = [names[i] for i in table.argmax(axis=1).tolist()]
    figures = score(drawn.test.labels, predictions, table, names)
    return {"figures": figures, "predict_s": time.perf_counter() - start}
