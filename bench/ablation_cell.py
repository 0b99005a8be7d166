"""One cell of the ablation: a draw through the training loop with its factors set; needs torch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench.ablation_design import SHOTS, AblationKey, AblationSettings, Variant
from bench.protocol import Draw
from nanonet.cli._progress import terminal_progress
from nanonet.distil import (
    Distilled,
    MicroStudent,
    NanoStudent,
    Place,
    Preset,
    StudentSpec,
    Teacher,
    WarmUp,
    distil,
    find_place,
    find_preset,
    open_encoder,
    score,
    warm_up,
    write_encoder,
)
from nanonet.encode.fingerprint import file_sha256
from nanonet.encode.source import find_source

Scored = Teacher | MicroStudent | NanoStudent
STUDENTS = {
    "micro_first": StudentSpec("micro", (1, 2), "cutoff"),
    "micro_last": StudentSpec("micro", (-2, -1), "none"),
    "nano": StudentSpec("nano", (), "drop"),
}
COUNTS = {"one": 1, "two": 2, "three": 3}
_LATE = 0.1  # of the students' steps: the end, over which their disagreement is averaged


def base_facts(settings: AblationSettings) -> dict[str, Any]:
    """Everything but the factors that a figure depends on, as plain values."""
    given = settings.encoder
    return {
        "preset": asdict(_base(settings)),
        "students": {name: asdict(spec) for name, spec in STUDENTS.items()},
        "warm_up": asdict(_warm_up(settings)) if settings.warm_up else None,
        "shots": SHOTS,
        "encoder": Path(given).name if given else "the bundled one",
        "weights": [file_sha256(path) for path in find_source(given).weights],
    }


def preset_of(variant: Variant, settings: AblationSettings) -> Preset:
    """The preset ``cohort`` with the factors set; the teacher takes as many steps in every one."""
    base = _base(settings)
    offline = variant.online == "offline"
    return base.but(
        name="ablation",
        students=tuple(STUDENTS.values())[: COUNTS[variant.students]],
        teacher_mode=variant.teacher,
        lam=base.lam if variant.mutual == "on" else 0.0,
        online=not offline,
        reweight=variant.reweight,
        warm_teacher=base.warm_teacher + (base.steps if offline else 0),
    )


def warm_encoder(drawn: Draw, seed: int, settings: AblationSettings, folder: Path) -> Path:
    """Warm an encoder up on the labelled rows of a draw and write it to ``folder``."""
    encoder = open_encoder(settings.encoder, _base(settings).max_tokens)
    tuning = _warm_up(settings)
    place = find_place()
    texts, y = drawn.labelled.texts, numbered(drawn.labelled.labels, drawn.classes)
    warm_up(encoder, texts, y, tuning, seed=seed, place=place, progress=terminal_progress())
    return write_encoder(encoder, folder)


def run_cell(
    key: AblationKey, drawn: Draw, settings: AblationSettings, source: str | Path | None
) -> dict[str, Any]:
    """Train from the encoder ``source`` and score every member on the test texts."""
    start = time.perf_counter()
    done = distil(
        source,
        drawn.labelled.texts,
        numbered(drawn.labelled.labels, drawn.classes),
        len(drawn.classes),
        drawn.pool.texts[: key.pool],
        preset_of(key.variant, settings),
        seed=key.seed,
        progress=terminal_progress(),
    )
    fit_s = time.perf_counter() - start
    if done.interrupted and not any("not a finite number" in note for note in done.notes):
        raise KeyboardInterrupt  # the loop turns Ctrl-C into a result, which is none of a cell
    place = find_place()
    texts, truth = sample(drawn, key.test)
    return {
        "figures": {name: accuracy(one, texts, truth, place) for name, one in members(done)},
        "disagreement": late_disagreement(done),
        "parameters": {name: asdict(done.counts[one.name]) for name, one in members(done)},
        "rows": {"pool": len(drawn.pool.texts[: key.pool]), "test": len(texts)},
        "fit_s": fit_s,
        "score_s": time.perf_counter() - start - fit_s,
        "device": place.device.type,
        "precision": "bfloat16" if place.bf16 else "float32",
        "interrupted": done.interrupted,
        "notes": list(done.notes),
    }


def members(done: Distilled) -> list[tuple[str, Scored]]:
    """The teacher and the students, by the names the tables have for them."""
    found: list[tuple[str, Scored]] = [("teacher", done.teacher)]
    found += zip(("micro_first", "micro_last"), done.micros, strict=False)
    return found if done.nano is None else [*found, ("nano", done.nano)]


def sample(drawn: Draw, most: int) -> tuple[list[str], np.ndarray]:
    """At most ``most`` test texts, the same in every cell, with their classes as numbers."""
    rows = np.sort(np.random.RandomState(0).permutation(len(drawn.test.texts))[:most])
    truth = numbered(drawn.test.labels, drawn.classes)[rows]
    return [drawn.test.texts[row] for row in rows], truth


def accuracy(member: Scored, texts: Sequence[str], truth: np.ndarray, place: Place) -> float:
    """Share of the texts whose class the member gets right."""
    return float((score(member, texts, bf16=place.bf16).argmax(1) == truth).mean())


def late_disagreement(done: Distilled) -> float | None:
    """Mean share of a pool batch on which two students differ, in the last tenth of the steps."""
    if len(done.micros) + (done.nano is not None) < 2:
        return None
    beside = [log for log in done.history if any(name != "teacher" for name in log.losses)]
    late = beside[-max(1, round(_LATE * len(beside))) :]
    return sum(log.disagreement for log in late) / len(late) if late else None


def numbered(labels: Sequence[str], classes: Sequence[str]) -> np.ndarray:
    """int64 [n]: the place of each label among the classes."""
    place = {name: number for number, name in enumerate(classes)}
    return np.array([place[label] for label in labels], np.int64)


def _base(settings: AblationSettings) -> Preset:
    base = find_preset("cohort")
    return base.but(steps=settings.steps) if settings.steps is not None else base


def _warm_up(settings: AblationSettings) -> WarmUp:
    return WarmUp(steps=settings.warm_up_steps)
