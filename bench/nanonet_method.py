"""nanonet itself as one of the methods: fit, save, load the folder again, score what was loaded."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.protocol import Draw
from bench.scores import score

#: Method name -> (effort, name in tables).
EFFORTS: dict[str, tuple[str, str]] = {
    "nanonet": ("quick", "nanonet"),
    "nanonet-normal": ("normal", "nanonet (normal)"),
    "nanonet-best": ("best", "nanonet (best)"),
}


def run(
    method: str, drawn: Draw, seed: int, cache_dir: Path | None, classes_file: Path | None
) -> dict[str, Any]:
    """One cell: the figures of the saved folder, of the students beside it, and the report.

    The test texts are not shown to ``fit``, not even to its leak guard, so that nanonet and its
    peers learn from the very same rows.
    """
    import nanonet

    fit = partial(
        nanonet.fit,
        list(drawn.labelled.texts),
        list(drawn.labelled.labels),
        pool=drawn.pool.texts,
        classes=_classes(classes_file),
        effort=EFFORTS[method][0],
        seed=seed,
        cache_dir=cache_dir,
    )
    start = time.perf_counter()
    fitted = fit()
    fit_s = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        fitted.save(path)
        result = _evaluate(nanonet.load(path), drawn, cache_dir)
        result["artefact_bytes"] = folder_bytes(path)
    report = fitted.report.to_dict()
    kept_nano = result["student"] == "nano"
    result["nano"] = dict(result["figures"]) if kept_nano else _nano(fitted, drawn)
    if result["student"] == "ensemble":
        result["micro"] = _micro(fitted, drawn, cache_dir)
    elif kept_nano and _tuned(report["gate"]):  # what the tuned encoder beside nano would be worth
        both = fit(student="ensemble")
        result["ensemble"] = _figures(
            both.classifier.predict_proba(list(drawn.test.texts)), list(drawn.classes), drawn
        )
        result["micro"] = _micro(both, drawn, cache_dir)
    return result | {"fit_s": fit_s, "gate": report.get("gate"), "report": report}


def folder_bytes(path: Path) -> int:
    """Size of all files of an artefact together."""
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


def _classes(path: Path | None) -> Any:
    if path is None:
        return None
    from nanonet.data import read_classes

    return read_classes(path)


def _evaluate(classifier: Any, drawn: Draw, cache_dir: Path | None = None) -> dict[str, Any]:
    start = time.perf_counter()
    student = classifier.info["student"]["kind"]
    if student in ("micro", "ensemble") and not _tuned(classifier.info["provenance"]["gate"]):
        table = classifier.proba_of(cached_logits(classifier, drawn.test.texts, cache_dir))
    else:
        table = classifier.predict_proba(list(drawn.test.texts))
    predict_s = time.perf_counter() - start
    figures = _figures(table, list(classifier.classes_), drawn)
    return {"figures": figures, "student": student, "predict_s": predict_s}


def _tuned(gate: dict[str, Any]) -> bool:
    """Whether the model's encoder is its own, so that no vectors of it are kept anywhere."""
    return gate["chosen"] in ("blend", "taught", "tuned")


def cached_logits(classifier: Any, texts: Sequence[str], cache_dir: Path | None) -> Any:
    """Raw scores of a micro or an ensemble, its encoder's vectors taken from the cache.

    The shipped encoder gives the cached vectors bit for bit (a test holds it to that), and the
    same test split is scored in every draw: encoding it anew each time would take hours.
    """
    from nanonet.encode import load_encoder, vectors

    whole = classifier._scorer
    scorer = getattr(whole, "micro", whole)
    cut = classifier.info.get("student", {}).get("cut")
    read = vectors(load_encoder(cache_dir=cache_dir), texts, cache_dir=cache_dir)
    blocks = [read.readout(cut[i] if cut else i) for i in scorer._readouts.tolist()]
    unit = [b / np.maximum(np.linalg.norm(b, axis=1, keepdims=True), 1e-9) for b in blocks]
    logits = np.asarray(np.concatenate(unit, axis=1) @ scorer._head + scorer.bias, np.float32)
    return logits if whole is scorer else whole.rule.joined(whole.nano.logits(texts), logits)


def _nano(fitted: Any, drawn: Draw) -> dict[str, Any] | None:
    nano = getattr(fitted, "nano", None)
    if nano is None or not hasattr(nano, "predict_proba"):
        return None
    table = nano.predict_proba(list(drawn.test.texts))
    names = list(getattr(nano, "classes_", drawn.classes))
    return _figures(table, names, drawn)


def _micro(fitted: Any, drawn: Draw, cache_dir: Path | None) -> dict[str, Any]:
    micro = fitted.micro
    if _tuned(fitted.report.gate):
        table = micro.predict_proba(list(drawn.test.texts))
    else:
        table = micro.proba_of(cached_logits(micro, drawn.test.texts, cache_dir))
    return _figures(table, list(micro.classes_), drawn)


def _figures(table: Any, names: Sequence[str], drawn: Draw) -> dict[str, Any]:
    rows = np.asarray(table, dtype=np.float64)
    predictions = [names[column] for column in rows.argmax(axis=1).tolist()]
    return score(drawn.test.labels, predictions, rows, names)
