"""The tuned encoder of efforts normal and best: warmed up on labels, then rounds on the pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nanonet.encode import Readout
from nanonet.errors import UserError
from nanonet.learn import Floats, Learned, at_confidence, blend, softmax
from nanonet.pipeline.choose import TOLERATED
from nanonet.pipeline.efforts import LEAST_POOL
from nanonet.pipeline.tuned import (
    Job,
    Tuned,
    head_of,
    tuned_readouts,
    unit_vectors,
    warmed,
    with_mix,
)

if TYPE_CHECKING:
    from nanonet.distil import Distilled, MicroStudent, Preset, StudentSpec, Teacher

SURE_PER_CLASS = 8  # pool texts that stand in for labelled ones where only names were given


def tune(job: Job, quick: Learned, name: str, *, warm: bool) -> tuple[Tuned, str]:
    """The tuned encoder in the folder ``{name}-tuned`` of the job, and how it ended early, or ''.

    warm: begin with the labels, else at once with the quick fit's word on the pool (there must be
    one then).
    Ctrl-C during a round ends the rounds with the state of the last whole step; nothing of that is
    kept as finished, so the same call goes on from the last checkpoint.
    """
    final = job.stages.folder / f"{name}-tuned"
    kept = Tuned.read(job.stages.get("final"), final)
    if kept is None:
        tuned, stopped = _warm(job) if job.texts and warm else None, ""
        if len(job.pool) >= LEAST_POOL:
            tuned, stopped = _rounds(job, quick, tuned)
        assert tuned is not None  # there are labels or a pool, or the fit was refused
        if stopped:
            return tuned, stopped
        job.stages.rename(tuned.folder, final.name)
        kept = Tuned(final, tuned.readouts, tuned.weight, tuned.bias)
        job.stages.put("final", kept.arrays())
    job.stages.clear(keep=("halves", "final", "pool", final.name))
    return kept, ""


def _warm(job: Job) -> Tuned:
    from nanonet.distil import write_encoder

    kept = Tuned.read(job.stages.get("warm"), job.stages.folder / "warm")
    if kept is not None:
        return kept
    rows = np.arange(len(job.texts))
    encoder = warmed(job, rows, job.seed * 100)
    weight, bias = head_of(job, encoder, rows)
    folder = write_encoder(encoder, job.stages.fresh("warm"))
    tuned = Tuned(folder, tuned_readouts(encoder.layers), weight, bias)
    job.stages.put("warm", tuned.arrays())
    return tuned


def _rounds(job: Job, quick: Learned, tuned: Tuned | None) -> tuple[Tuned, str]:
    """Round after round: a teacher learns soft labels of a part of the pool, then gives the next.

    The first soft labels are the quick fit's, multiplied with the warmed-up encoder's.
    """
    steps = _steps(job)
    texts = _parts(job, steps)
    targets: Floats | None = None
    for number in range(1, job.plan.rounds + 1):
        kept = job.stages.get(f"round-{number}")
        done_before = Tuned.read(kept, job.stages.folder / f"round-{number}")
        if done_before is not None and kept is not None:
            tuned, targets = done_before, kept["logits"]
            continue
        try:
            if targets is None:
                targets = _first_targets(job, quick, tuned, texts[0])
            part = (texts[number - 1], texts[number])
            tuned, targets, stopped = _round(job, quick, tuned, targets, number, steps, part)
        except KeyboardInterrupt:  # outside the loop of steps, which ends in good order
            if number == 1 or tuned is None:
                raise
            stopped = "interrupted"
        if stopped:
            return tuned, f"round {number} of {job.plan.rounds} ended early: {stopped}"
    assert tuned is not None  # every plan has a round
    return tuned, ""


def _round(
    job: Job,
    quick: Learned,
    tuned: Tuned | None,
    targets: Floats,
    number: int,
    steps: int,
    part: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> tuple[Tuned, Floats, str]:
    """One round on the pool rows ``part[0]``; its word on ``part[1]``; how it ended early, or ''.

    Only a whole round is kept as finished.
    """
    from nanonet.distil import distil, save_encoder, score

    rows, after = part
    labelled, y = _labelled(job, quick, rows)
    done = distil(
        tuned.folder if tuned else job.source,
        labelled,
        y,
        job.classes,
        [job.pool[row] for row in rows],
        _preset(job, steps, students=job.plan.students and number == job.plan.rounds),
        seed=job.seed * 100 + number,
        pool_targets=softmax(at_confidence(targets, job.plan.sure)),
        checkpoint_dir=job.stages.folder,
        progress=job.bar,
    )
    member: Teacher | MicroStudent = done.teacher
    if not done.interrupted and (number < job.plan.rounds or done.micros):  # else nobody asks
        texts_after = [job.pool[row] for row in after]
        targets = score(done.teacher, texts_after, bf16=job.place.bf16)
        member = _member(job, done, texts_after, targets)
    head, bias = member.reader.head_arrays()
    folder = save_encoder(member, job.stages.fresh(f"round-{number}"))
    tuned = Tuned(folder, tuple(member.reader.readouts), head[None], bias)
    if not done.interrupted:
        job.stages.put(f"round-{number}", tuned.arrays() | {"logits": targets})
    return tuned, targets, done.stopped


def _member(
    job: Job, done: Distilled, texts: Sequence[str], teacher: Floats
) -> Teacher | MicroStudent:
    """The teacher, or the half-size student where it is estimated to cost a point or less.

    By the teacher's soft labels on texts of which neither learned in this round.
    """
    from nanonet.distil import score

    believed, at = softmax(teacher), np.arange(len(teacher))
    best: Teacher | MicroStudent = done.teacher
    for student in done.micros:
        own = score(student, texts, bf16=job.place.bf16)
        loss = believed.max(axis=1).mean() - believed[at, own.argmax(axis=1)].mean()
        if loss <= TOLERATED:
            best = student
    return best


def _steps(job: Job) -> int:
    """Steps of a round: as many as read about the plan's tokens."""
    from nanonet.distil import open_encoder

    plan = job.plan
    encoder = open_encoder(job.source, plan.max_tokens)
    some = [*job.texts[:200], *job.pool[:400]]
    length = float(np.mean([len(ids) for ids in encoder.tokenise(some)]))
    steps = int(plan.tokens / length / (plan.labelled_batch + plan.unlabelled_batch))
    return min(max(steps, plan.least_steps), plan.most_steps)


def _parts(job: Job, steps: int) -> list[NDArray[np.int64]]:
    """Pool rows of each round and one more; they go round the pool where it is small."""
    order = np.random.default_rng([job.seed, 5]).permutation(len(job.pool))
    size = min(len(order), steps * job.plan.unlabelled_batch)
    places = np.arange((job.plan.rounds + 1) * size).reshape(-1, size)
    return [np.take(order, part, mode="wrap") for part in places]


def _first_targets(
    job: Job, quick: Learned, tuned: Tuned | None, rows: NDArray[np.int64]
) -> Floats:
    from nanonet.distil import open_encoder

    logs = np.asarray(np.log(quick.labels[rows] + 1e-6), np.float32)
    if tuned is None:
        return logs
    encoder = open_encoder(tuned.folder, job.plan.max_tokens)
    encoder.model.to(job.place.device)
    own = tuned.logits(unit_vectors(job, encoder, [job.pool[row] for row in rows]))
    return blend([logs, with_mix(job, own)])


def _labelled(
    job: Job, quick: Learned, rows: NDArray[np.int64]
) -> tuple[list[str], NDArray[np.int64]]:
    """The labelled texts; without any, the pool texts of which the names are surest."""
    if job.texts:
        return list(job.texts), job.y
    answers = quick.labels[rows]
    surest = np.argsort(-answers.max(axis=1), kind="stable")[: SURE_PER_CLASS * job.classes]
    return [job.pool[rows[i]] for i in surest], answers[surest].argmax(axis=1)


def _preset(job: Job, steps: int, *, students: bool) -> Preset:
    """The cohort; its students join in the last round, whose teacher is the best one."""
    from nanonet.distil import find_preset

    cohort = find_preset("cohort")
    return cohort.but(
        steps=steps,
        students=_students(job, cohort) if students else (),
        max_tokens=job.plan.max_tokens,
        labelled_batch=job.plan.labelled_batch,
        unlabelled_batch=job.plan.unlabelled_batch,
    )


def _students(job: Job, cohort: Preset) -> tuple[StudentSpec, ...]:
    """The cohort's students; none where a smaller encoder cannot be cut out of this one."""
    from nanonet.distil import cut_student, open_encoder

    encoder = open_encoder(job.source, job.plan.max_tokens)
    last = (Readout(encoder.layers, "mean"),)
    for spec in cohort.students:
        if spec.kind == "micro":
            if len(spec.layers) >= encoder.layers:
                return ()
            try:
                cut_student(encoder, spec.layers, last, job.classes, "frozen")
            except UserError:
                return ()
    return cohort.students
