"""Build a cohort and its material: tokens and n-grams of every text, read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from nanonet.distil.bags import Bags, bag, empty_bags, vocabulary
from nanonet.distil.batch import Batch, pad
from nanonet.distil.device import Place
from nanonet.distil.encoder import TextEncoder
from nanonet.distil.members import (
    Member,
    MicroStudent,
    NanoStudent,
    Teacher,
    cut_student,
    make_teacher,
)
from nanonet.distil.presets import Preset
from nanonet.distil.views import View, find_view
from nanonet.encode import Readout
from nanonet.text import GramSpec, featurise


@dataclass(frozen=True)
class Corpus:
    """Texts as token ids and bags."""

    ids: list[list[int]]
    bags: Bags
    margins: tuple[int, int]
    pad_id: int

    def __len__(self) -> int:
        return len(self.ids)

    def batch(self, rows: NDArray[np.int64], place: Place) -> Batch:
        """Some texts as one batch on the device."""
        tokens = pad([self.ids[row] for row in rows], self.margins, self.pad_id)
        return Batch(*tokens, *self.bags.take(rows), self.pad_id).to(place.device)


@dataclass(frozen=True)
class Cohort:
    """The members, the students' views beside them."""

    teacher: Teacher
    students: tuple[Member, ...]
    views: tuple[View, ...]

    @property
    def micros(self) -> tuple[MicroStudent, ...]:
        """The students cut from the teacher."""
        return tuple(one for one in self.students if isinstance(one, MicroStudent))

    @property
    def nano(self) -> NanoStudent | None:
        """The n-gram student, if there is one."""
        found = [one for one in self.students if isinstance(one, NanoStudent)]
        return found[0] if found else None

    @property
    def members(self) -> tuple[Member, ...]:
        """Teacher first."""
        return (self.teacher, *self.students)


@dataclass(frozen=True)
class Counts:
    """Parameters of one member: trained, and needed to predict."""

    trained: int
    deployed: int


def build(
    encoder: TextEncoder,
    preset: Preset,
    readouts: Sequence[Readout] | None,
    classes: int,
    labelled: Sequence[str],
    pool: Sequence[str],
    seed: int,
) -> tuple[Cohort, Corpus, Corpus]:
    """(cohort, labelled corpus, pool corpus); ``encoder`` becomes the teacher's."""
    readouts = readouts or (Readout(encoder.layers, "mean"),)
    spec = GramSpec()
    nano: NanoStudent | None = None
    bags = [empty_bags(labelled), empty_bags(pool)]
    if any(one.kind == "nano" for one in preset.students):
        few, many = featurise(labelled, spec), featurise(pool, spec)
        nano = NanoStudent(vocabulary(few, many), classes, spec)
        bags = [bag(few, nano.keys), bag(many, nano.keys)]
    students = _students(encoder, preset, readouts, classes, seed, nano)
    tuning = {"rank": preset.rank, "alpha": preset.alpha, "generator": _generator(seed, 0)}
    teacher = make_teacher(encoder, readouts, classes, preset.teacher_mode, **tuning)
    views = tuple(find_view(one.view) for one in preset.students)
    corpora = [
        Corpus(encoder.tokenise(texts), some, encoder.margins, encoder.pad_id)
        for texts, some in zip((labelled, pool), bags, strict=True)
    ]
    return Cohort(teacher, students, views), corpora[0], corpora[1]


def _students(
    encoder: TextEncoder,
    preset: Preset,
    readouts: Sequence[Readout],
    classes: int,
    seed: int,
    nano: NanoStudent | None,
) -> tuple[Member, ...]:
    found: list[Member] = []
    for number, one in enumerate(preset.students, 1):
        if one.kind == "nano" and nano is not None:
            found.append(nano)
            continue
        micro = cut_student(
            encoder,
            one.layers,
            readouts,
            classes,
            preset.student_mode,
            rank=preset.rank,
            alpha=preset.alpha,
            generator=_generator(seed, number),
            embeddings=preset.student_embeddings,
        )
        if any(micro.name == other.name for other in found):
            micro.name = f"{micro.name} ({number})"
        found.append(micro)
    return tuple(found)


def counts(cohort: Cohort) -> dict[str, Counts]:
    """Parameters by member, counted from the models themselves."""
    return {
        one.name: Counts(
            sum(p.numel() for _, p in one.parameters_trained()), one.deployed_parameters
        )
        for one in cohort.members
    }


def _generator(seed: int, stream: int) -> torch.Generator:
    return torch.Generator().manual_seed(derive(seed, 0, stream))


def derive(*numbers: int) -> int:
    """A seed of 63 bits from whole numbers >= 0, such as (seed, step, member)."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


def rows_at(step: int, size: int, n: int, seed: int, stream: int) -> NDArray[np.int64]:
    """The rows of the batch of ``step`` (0 is the first): epoch after epoch, each shuffled anew.

    A pure function of its arguments, so a resumed run needs no sampler state. ``size`` 0 or more
    than n: all rows.
    """
    if size <= 0 or size >= n:
        return np.arange(n)
    places = np.arange(step * size, (step + 1) * size)
    orders = {
        epoch: np.random.default_rng([seed, stream, epoch]).permutation(n)
        for epoch in np.unique(places // n).tolist()
    }
    return np.array([orders[place // n][place % n] for place in places.tolist()], np.int64)
