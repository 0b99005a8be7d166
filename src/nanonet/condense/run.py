"""The whole way from a labelled table to a condensed one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nanonet.condense.learner import accuracy, log_loss, retrain_kept
from nanonet.condense.methods import CONTROLS, METHODS
from nanonet.condense.quota import DEFAULT_RATE, Size, quota_of
from nanonet.condense.reading import Reading, choose_reading, number
from nanonet.condense.result import Condensed, Item, Trained
from nanonet.condense.seen import Kept, Method, Rows, Seen
from nanonet.condense.split import Split, split
from nanonet.data import fingerprint
from nanonet.encode import Encoder, load_encoder, vectors
from nanonet.errors import UserError
from nanonet.progress import NullProgress, Progress

DRAWS = 5  # random controls are a mean over so many


def condense(
    texts: Sequence[str],
    labels: Sequence[object],
    *,
    rate: float | None = None,
    per_class: int | None = None,
    method: str = "soft-real",
    test_texts: Sequence[str] | None = None,
    seed: int = 0,
    encoder: str | Path | None = None,
    cache_dir: str | Path | None = None,
    progress: Progress | None = None,
) -> Condensed:
    """Keep a few texts with soft labels from which the learner gets nearly what the table teaches.

    texts, labels: the table. rate: share of its rows to keep (default 0.001), or per_class: rows of
    each class. method: one of ``METHODS``. test_texts: texts that must not enter; copies of them
    are dropped. A tenth of the table is held out, and the accuracy of the method, of the controls
    and of the whole table is measured on it. The same arguments give the same bytes. Raises
    :class:`UserError` for anything a person can mend.

    >>> from nanonet.condense import condense
    >>> few = condense(texts, labels, rate=0.001)  # doctest: +SKIP
    >>> few.items[0].text, few.items[0].labels  # doctest: +SKIP
    """
    chosen = _method(method)
    size = Size(DEFAULT_RATE if rate is None and per_class is None else rate, per_class)
    size.check()
    bar = progress or NullProgress()
    rng = np.random.default_rng(seed)
    parts = split(texts, labels, test_texts, rng)
    counts = np.bincount(number(parts.learned.labels, parts.classes))
    quota = quota_of(size, counts, parts.rows, parts.classes)
    loaded = load_encoder(encoder, cache_dir=cache_dir, progress=bar)
    study = _encode(parts, loaded, cache_dir, rng, bar)
    kept = chosen.condense(study.seen, quota, rng, bar)
    facts = _facts(parts, method, seed, size) | {
        "held_out": measure(study, quota, {method: kept}, rng, bar)
    }
    return _result(parts, study, kept, loaded, facts)


@dataclass(frozen=True)
class Study:
    """A table as the learner sees it, the held-out rows the same way, and the readouts used."""

    seen: Seen
    held_out: Seen
    reading: Reading


def _method(name: str) -> Method:
    if name not in METHODS:
        raise UserError(f"the method is {name!r}; it must be one of {', '.join(METHODS)}")
    return METHODS[name]


def _encode(
    parts: Split, encoder: Encoder, cache_dir: str | Path | None, rng: np.random.Generator, bar: Any
) -> Study:
    texts = [*parts.learned.texts, *parts.held_out.texts]
    read = vectors(encoder, texts, cache_dir=cache_dir, progress=bar)
    y = number([*parts.learned.labels, *parts.held_out.labels], parts.classes)
    return study_of(encoder, read, y, len(parts.learned.texts), len(parts.classes), rng)


def study_of(
    encoder: Encoder, read: Any, y: Rows, learned: int, classes: int, rng: np.random.Generator
) -> Study:
    """A study of encoded texts: the first ``learned`` rows to learn from, the others held out."""
    own = np.arange(learned)
    reading = choose_reading(encoder, read.take(own), y[own], classes, rng)
    features = reading.features(read)
    return Study(
        Seen(features[:learned], y[:learned], classes),
        Seen(features[learned:], y[learned:], classes),
        reading,
    )


def measure(
    study: Study, quota: Rows, kept: dict[str, Kept], rng: np.random.Generator, bar: Progress
) -> dict[str, Any]:
    """Accuracies on the held-out rows: the whole table's, those of ``kept``, and the controls'."""
    rows = len(study.held_out)
    if not rows:
        return {"rows": 0}
    full = accuracy(study.seen.full, study.held_out)
    scores = {
        name: accuracy(retrain_kept(study.seen, one), study.held_out) for name, one in kept.items()
    }
    for name in CONTROLS:
        if name in kept:
            continue
        draws = DRAWS if name.startswith("random") else 1
        found = [
            retrain_kept(study.seen, METHODS[name].condense(study.seen, quota, rng, bar))
            for _ in range(draws)
        ]
        scores[name] = float(np.mean([accuracy(head, study.held_out) for head in found]))
    first = next(iter(kept.values()))
    loss = log_loss(retrain_kept(study.seen, first), study.held_out)
    return {"rows": rows, "full": full, "log_loss": loss, "accuracy": scores}


def _facts(parts: Split, method: str, seed: int, size: Size) -> dict[str, Any]:
    asked = {"rate": size.rate} if size.rate is not None else {"per_class": size.per_class}
    return {
        "method": method,
        "what": METHODS[method].what,
        "seed": seed,
        "asked": asked,
        "table": {
            "rows": parts.rows,
            "learned_from": len(parts.learned.texts),
            "fingerprint": fingerprint(parts.learned.texts, parts.learned.labels),
        },
        "guard": parts.report.to_dict(),
    }


def _result(
    parts: Split, study: Study, kept: Kept, encoder: Encoder, facts: dict[str, Any]
) -> Condensed:
    items = tuple(
        Item(
            parts.learned.texts[row],
            parts.source[row],
            parts.learned.labels[row],
            tuple(float(share) for share in labels),
            float(weight),
        )
        for row, labels, weight in zip(kept.rows, kept.labels, kept.weights, strict=True)
    )
    name = Path(encoder.name).name if Path(encoder.name).is_dir() else encoder.name
    readouts = tuple(str(encoder.readouts[at]) for at in study.reading.index)
    trained = Trained(
        name, encoder.fingerprint, study.reading, readouts, float(kept.c), float(kept.sharpen)
    )
    return Condensed(items, parts.classes, trained, facts)
