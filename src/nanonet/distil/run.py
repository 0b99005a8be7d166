"""The front door: texts, a few labels and a preset in; a trained cohort out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nanonet.data import fingerprint
from nanonet.distil.checkpoint import Checkpoints
from nanonet.distil.cohort import Cohort, Counts, build, counts
from nanonet.distil.device import Place, find_place
from nanonet.distil.encoder import open_encoder
from nanonet.distil.head import start_heads
from nanonet.distil.history import StepLog
from nanonet.distil.loop import Material, train
from nanonet.distil.members import MicroStudent, NanoStudent, Teacher
from nanonet.distil.presets import Preset, find_preset
from nanonet.encode import Readout
from nanonet.encode.fingerprint import file_sha256
from nanonet.encode.source import find_source
from nanonet.encode.tokens import check_texts
from nanonet.errors import UserError
from nanonet.progress import NullProgress, Progress


@dataclass(frozen=True)
class Distilled:
    """A trained cohort, in evaluation mode.

    micros: in the preset's order; nano: or None. history: a log per step (at most 1,000, spread).
    counts: parameters by member. notes: sentences for the user. interrupted: whether the run ended
    early, by Ctrl-C or by a loss that was no number, and ``stopped`` says which; the members are
    those of the last good step.
    """

    teacher: Teacher
    micros: tuple[MicroStudent, ...]
    nano: NanoStudent | None
    history: tuple[StepLog, ...]
    counts: dict[str, Counts]
    notes: tuple[str, ...]
    interrupted: bool
    stopped: str = ""


def distil(
    encoder_source: str | Path | None,
    labelled_texts: Sequence[str],
    y: ArrayLike,
    n_classes: int,
    pool_texts: Sequence[str],
    preset: Preset | str = "cohort",
    *,
    seed: int,
    pool_targets: ArrayLike | None = None,
    pool_weights: ArrayLike | None = None,
    readouts: Sequence[Readout] | None = None,
    checkpoint_dir: str | Path | None = None,
    checkpoint_every: int = 50,
    progress: Progress | None = None,
    device: str = "auto",
    precision: str = "auto",
) -> Distilled:
    """Tune an encoder on the labelled rows and distil it into students on the pool.

    encoder_source: None for the bundled encoder, a folder, or a hub name. y: [n_l] whole numbers
    below ``n_classes``. pool_targets: [n_u, C], soft labels from elsewhere that the teacher learns
    beside the labelled rows; pool_weights: [n_u], how much each pool text counts. readouts: of the
    teacher; the mean of its last layer by default. With ``checkpoint_dir`` the state is written
    every ``checkpoint_every`` steps, and the same call goes on where it was, to the bit on a CPU.

    A pool smaller than the labelled set is used all the same, with a note. Raises UserError for
    input that does not fit together, for an encoder that cannot do what the preset asks, and when
    memory runs out.
    """
    preset = find_preset(preset)
    wanted = _checked(labelled_texts, y, n_classes, pool_texts, pool_targets, pool_weights)
    if checkpoint_every < 1 or seed < 0:
        raise UserError(
            f"checkpoint_every is {checkpoint_every} and seed {seed}; they must be at least 1 and 0"
        )
    place = find_place(device, precision)
    home = None if checkpoint_dir is None else Path(checkpoint_dir).expanduser()
    with place.own_randomness():  # building layers draws too, though no draw is kept
        encoder = open_encoder(encoder_source, preset.max_tokens)
        chosen = tuple(readouts) if readouts else (Readout(encoder.layers, "mean"),)
        cohort, few, many = build(
            encoder, preset, chosen, n_classes, labelled_texts, pool_texts, seed
        )
        for member in cohort.members:
            member.module.to(place.device)
        name = ""
        if home is not None:
            texts = [fingerprint(labelled_texts), fingerprint(pool_texts)]
            name = _name(encoder_source, texts, wanted, preset, seed, chosen, place)
        if preset.head_start:
            start_heads(cohort, labelled_texts, wanted.y, place)
        material = Material(few, wanted.y, many, wanted.targets, wanted.weights)
        checkpoints = Checkpoints(home, name, checkpoint_every)
        run = train(cohort, material, preset, seed, place, checkpoints, progress or NullProgress())
    notes = [*_notes(cohort, labelled_texts, wanted.y, n_classes, pool_texts), *run.notes]
    return Distilled(
        cohort.teacher,
        cohort.micros,
        cohort.nano,
        tuple(run.history),
        counts(cohort),
        tuple(notes),
        run.interrupted,
        run.stopped,
    )


@dataclass(frozen=True)
class _Wanted:
    y: NDArray[np.int64]
    targets: NDArray[np.float32] | None
    weights: NDArray[np.float32] | None


def _checked(
    labelled: Sequence[str],
    y: ArrayLike,
    n_classes: int,
    pool: Sequence[str],
    targets: ArrayLike | None,
    weights: ArrayLike | None,
) -> _Wanted:
    check_texts(labelled)
    check_texts(pool)
    classes = np.asarray(y)
    if n_classes < 2:
        raise UserError(f"n_classes is {n_classes}; there must be at least 2 classes")
    if not len(labelled) or not len(pool):
        raise UserError(
            f"there are {len(labelled)} labelled texts and {len(pool)} pool texts; give at least "
            "one of each"
        )
    whole = classes.shape == (len(labelled),) and np.issubdtype(classes.dtype, np.integer)
    if not whole or classes.min() < 0 or classes.max() >= n_classes:
        raise UserError(
            f"y must be {len(labelled)} whole numbers from 0 to {n_classes - 1}, one for each "
            f"labelled text; it is {classes.dtype} of shape {classes.shape}"
        )
    return _Wanted(
        classes.astype(np.int64),
        _array("pool_targets", targets, (len(pool), n_classes)),
        _array("pool_weights", weights, (len(pool),)),
    )


def _array(
    name: str, values: ArrayLike | None, shape: tuple[int, ...]
) -> NDArray[np.float32] | None:
    if values is None:
        return None
    array = np.asarray(values, np.float32)
    if array.shape != shape or not np.isfinite(array).all() or (array < 0).any():
        raise UserError(
            f"{name} must be {shape} finite numbers, none below 0; it has the shape {array.shape}"
        )
    return array


def _notes(
    cohort: Cohort,
    labelled: Sequence[str],
    y: NDArray[np.int64],
    n_classes: int,
    pool: Sequence[str],
) -> list[str]:
    notes = [cohort.teacher.tuned.note] if cohort.teacher.tuned.note else []
    if len(pool) < len(labelled):
        notes.append(
            f"the pool has {len(pool)} texts, fewer than the {len(labelled)} labelled ones; the "
            "students learn little that the labels do not say, so give more unlabelled texts"
        )
    absent = n_classes - len(np.unique(y))
    if absent:
        notes.append(f"{absent} of {n_classes} classes have no labelled text")
    return notes


def _name(
    source: str | Path | None,
    texts: list[str],
    wanted: _Wanted,
    preset: Preset,
    seed: int,
    readouts: Sequence[Readout],
    place: Place,
) -> str:
    """What the run's state depends on, as 64 hex digits."""
    found = find_source(source)
    arrays = (wanted.y, wanted.targets, wanted.weights)
    facts = {
        "encoder": [file_sha256(path) for path in found.weights],
        "config": file_sha256(found.folder / "config.json"),
        "texts": texts,
        "arrays": [a is not None and hashlib.sha256(a.tobytes()).hexdigest() for a in arrays],
        "preset": asdict(preset),
        "seed": seed,
        "readouts": [[r.layer, r.pooling] for r in readouts],
        "place": [place.device.type, place.bf16, place.world],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
