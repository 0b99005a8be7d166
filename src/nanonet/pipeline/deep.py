"""Efforts normal and best: an encoder tuned on the labels, then on the pool, its students with it.

1. Warm-up: the encoder is tuned contrastively on the labels (``distil.warm_up``).
2. Judgement: the same from half of the labels, scored on the other half beside the quick fit.
3. Rounds: a teacher learns the pool's soft labels (those of quick and tuned, multiplied; then its
   own of the round before), students beside it in the last round (``distil.distil``).
Where the cohort's views agreed, one long round on the cohort's word is all.
Every finished stage is kept under the cache folder, so a killed fit goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from nanonet import __version__
from nanonet.data import fingerprint
from nanonet.encode import BUNDLED_NAME, Encoder, default_cache_dir, load_encoder
from nanonet.errors import Diverged, UserError
from nanonet.learn import Floats, Gate, Learned, Tried, at_confidence, blend, softmax
from nanonet.pipeline.efforts import LEAST_POOL, Plan, agreed, for_cohort, spared
from nanonet.pipeline.inputs import Inputs, Settings
from nanonet.pipeline.judged import judge_effort
from nanonet.pipeline.material import Prepared
from nanonet.pipeline.rounds import tune
from nanonet.pipeline.stages import Stages
from nanonet.pipeline.tuned import Job, linear_head, read_pool, try_halves
from nanonet.progress import Progress

# Raise when a stage's outcome or the way from one to the next changes: old ones are not used then.
_STAGES = 4
NAMES_LEAD = 1.0  # weight of the class file from which on its word is what a teacher learns


@dataclass(frozen=True)
class Deep:
    """What the students are made from, and the encoder micro ships (None: quick's own).

    why: how quick and this effort compare and which was taken; notes: what the user should know.
    """

    learned: Learned
    encoder: Encoder | None
    why: str
    notes: tuple[str, ...] = ()


def learn_deep(
    inputs: Inputs,
    settings: Settings,
    prepared: Prepared,
    quick: Learned,
    encoder: Encoder,
    plan: Plan,
    bar: Progress,
) -> Deep:
    """Do more than quick where the pool, labels or names speak for it; else keep quick's.

    Ctrl-C before the rounds keeps quick's outcome, during them the state of the last whole step;
    a loss that is no number does the same. Raises OutOfMemory.
    """
    reason = spared(inputs, quick)
    if reason:
        return _kept(quick, f"effort {plan.name} changed nothing: {reason}")
    from nanonet.distil.memory import memory

    job = _job(inputs, settings, prepared, encoder, quick, plan, bar)
    try:
        with memory(
            f"while the encoder {encoder.name} was tuned; close other programs, choose a smaller "
            "--encoder, or --effort quick, which leaves the encoder as it is"
        ):
            return _deepen(job, quick, settings)
    except KeyboardInterrupt:
        return _kept(quick, "interrupted; what follows is the quick fit's outcome")
    except Diverged as error:
        stopped = str(error).split(";")[0]
        return _kept(quick, f"{stopped}; what follows is the quick fit's outcome")


def _kept(quick: Learned, note: str) -> Deep:
    return Deep(quick, None, "quick's outcome was kept, see the note", (note,))


def _deepen(job: Job, quick: Learned, settings: Settings) -> Deep:
    pool = len(job.pool) >= LEAST_POOL
    if pool and agreed(quick):
        why = "both views agree on what the pool says, so a teacher learned their word on the pool"
        job = replace(job, plan=for_cohort(job.plan, len(job.pool)))
        return _finish(job, quick, *_taught(quick), settings, why)
    if not job.texts:
        why = "no labels to compare it with quick by; a teacher learned the names on the pool"
        return _finish(job, quick, Gate("taught", quick.gate.why, (), 0, 0), None, settings, why)
    if pool and quick.names_weight >= NAMES_LEAD:
        why = "the class file leads, so a teacher learned quick's word on the pool"
        return _finish(job, quick, *_taught(quick), settings, why)
    if pool and quick.opinion:
        why = "the direction from bad to good leads, so a teacher learned quick's word on the pool"
        return _finish(job, quick, *_taught(quick), settings, why)
    ours = "blend" if pool else "tuned"
    halves = try_halves(job, quick.gate.chosen)
    gate, tried, why = judge_effort(quick, halves, job.y, ours, job.plan.name)
    if gate.chosen == ours:
        return _finish(job, quick, gate, tried, settings, why)
    return Deep(replace(quick, gate=gate), None, why)


def _taught(quick: Learned) -> tuple[Gate, Tried | None]:
    """The gate of a teacher that learns quick's word, with the figures of what it learns from.

    Names' word is a direction in the frozen space, and a teacher that learns it on the pool sees
    more than that direction (SST-2, a pilot draw: .759 -> .782 -> .789 in two rounds), while an
    encoder tuned on twenty labels only blurs it (.749 -> .687).
    """
    gate, tried = quick.gate, quick.tried
    own = gate.trial(gate.chosen)
    trials = (*gate.trials, *([replace(own, name="taught")] if own else []))
    if tried is not None:
        names = tuple("taught" if name == gate.chosen else name for name in tried.names)
        tried = replace(tried, names=names)
    return replace(gate, chosen="taught", trials=trials), tried


def _job(
    inputs: Inputs,
    settings: Settings,
    prepared: Prepared,
    encoder: Encoder,
    quick: Learned,
    plan: Plan,
    bar: Progress,
) -> Job:
    from nanonet.distil import WarmUp, find_place, find_preset

    place = find_place()
    facts = {
        "texts": fingerprint(inputs.labelled.texts, inputs.labelled.labels),
        "pool": fingerprint(inputs.pool.texts),
        "classes": [repr(spec) for spec in inputs.specs or inputs.classes],
        "encoder": encoder.fingerprint,
        "quick": [quick.gate.chosen, hashlib.sha256(quick.labels.tobytes()).hexdigest()],
        "plan": asdict(plan),
        "training": [asdict(WarmUp()), asdict(find_preset("cohort"))],
        "seed": settings.seed,
        "version": [__version__, _STAGES],
        "place": [place.device.type, place.bf16, place.world],
    }
    name = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
    home = Path(settings.cache_dir).expanduser() if settings.cache_dir else default_cache_dir()
    return Job(
        inputs.labelled.texts,
        prepared.material.y,
        inputs.pool.texts,
        len(inputs.classes),
        quick.prior,
        prepared,
        plan,
        settings.seed,
        settings.encoder,
        place,
        Stages(home / "runs" / name),
        bar,
    )


def _finish(
    job: Job, quick: Learned, gate: Gate, tried: Tried | None, settings: Settings, why: str
) -> Deep:
    """The tuned encoder, and its word on the whole pool in the form it ships in."""
    name = Path(settings.encoder or BUNDLED_NAME).name
    tuned, stopped = tune(job, quick, name, warm=gate.chosen != "taught")
    shipped = _deployed(tuned.folder, settings, job.bar)
    head = linear_head(shipped, tuned)
    kept = None if stopped else job.stages.get("pool")
    logits = kept["logits"] if kept else read_pool(shipped, head, job.pool, job.bar)
    if not kept and not stopped:
        job.stages.put("pool", {"logits": logits})
    share = 1.0 / len(head.readouts)
    both = gate.chosen == "taught" and agreed(quick)
    learned = replace(
        quick,
        labels=_joined(quick, logits) if both else softmax(logits),
        logits=logits,
        head=head,
        gate=gate,
        tried=tried,
        readouts=tuple((index, share) for index in head.readouts),
    )
    notes = (*_remarks(job), *([stopped] if stopped else []))
    return Deep(learned, shipped, why, notes)


def _joined(quick: Learned, logits: Floats) -> Floats:
    """The cohort's soft labels [pool, C] times the teacher's, as sure as the cohort's were."""
    both = blend([np.log(quick.labels + np.float32(1e-6)), logits])
    return softmax(at_confidence(both, float(quick.labels.max(axis=1).mean())))


def _remarks(job: Job) -> list[str]:
    """What a small pool means here; from the tables alone, so that a resumed run says it too."""
    size = len(job.pool)
    if 0 < size < LEAST_POOL:
        return [
            f"the pool has {size} texts, and rounds take at least {LEAST_POOL}, so the encoder was "
            "tuned on the labels alone"
        ]
    if LEAST_POOL <= size < len(job.texts):
        return [
            f"the pool has {size} texts, fewer than the {len(job.texts)} labelled ones; it teaches "
            "little that the labels do not say, so give more unlabelled texts"
        ]
    return []


def _deployed(folder: Path, settings: Settings, bar: Progress) -> Encoder:
    """The tuned encoder as micro ships it, int8 ONNX; torch where there is no such form."""
    cache = settings.cache_dir
    try:
        return load_encoder(folder, cache_dir=cache, backend="onnx", progress=bar)
    except UserError:
        return load_encoder(folder, cache_dir=cache, progress=bar)
