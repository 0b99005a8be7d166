"""Efforts normal and best: an encoder tuned on the labels, then on the pool, its students with it.

1. Warm-up: the encoder is tuned contrastively on the labels (``distil.warm_up``).
2. Judgement: the same from half of the labels, scored on the other half beside the quick fit.
3. Rounds: a teacher learns the pool's soft labels (those of quick and tuned, multiplied; then its
   own of the round before), students beside it in the last round (``distil.distil``).
Every finished stage is kept under the cache folder, so a killed fit goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nanonet import __version__
from nanonet.data import fingerprint
from nanonet.encode import BUNDLED_NAME, Encoder, default_cache_dir, load_encoder
from nanonet.errors import UserError
from nanonet.learn import Gate, Learned, Tried, score_trials, softmax
from nanonet.pipeline.efforts import LEAST_POOL, Plan
from nanonet.pipeline.inputs import Inputs, Settings
from nanonet.pipeline.material import Prepared
from nanonet.pipeline.rounds import tune
from nanonet.pipeline.stages import Stages
from nanonet.pipeline.tuned import Halves, Job, linear_head, read_pool, try_halves
from nanonet.progress import Progress

PATIENCE = 1.0  # standard errors by which quick must beat the blend on hidden labels to be kept


@dataclass(frozen=True)
class Deep:
    """The tuned outcome: what the students are made from, and the encoder micro ships."""

    learned: Learned
    encoder: Encoder | None
    notes: tuple[str, ...]


def learn_deep(
    inputs: Inputs,
    settings: Settings,
    prepared: Prepared,
    quick: Learned,
    encoder: Encoder,
    plan: Plan,
    bar: Progress,
) -> Deep:
    """Do more than quick where the labels do not speak against it; else keep quick's outcome.

    Ctrl-C before the rounds keeps quick's outcome, during them the state of the last whole step.
    """
    why = _spared(inputs, quick)
    if why:
        return Deep(quick, None, (f"effort {plan.name} changed nothing: {why}",))
    job = _job(inputs, settings, prepared, encoder, plan, bar)
    try:
        said = (
            f"no labels to judge by; a teacher learns the names' word on the pool; {quick.gate.why}"
        )
        gate, tried = Gate("blend", said, (), 0, 0), quick.tried
        if len(inputs.labelled.texts):
            gate, tried = _judge(quick, try_halves(job, quick.gate.chosen), job.y)
            if gate.chosen == quick.gate.chosen:
                return Deep(replace(quick, gate=gate), None, ())
        return _finish(job, quick, gate, tried, settings)
    except KeyboardInterrupt:
        return Deep(quick, None, ("interrupted; what follows is the quick fit's outcome",))


def _spared(inputs: Inputs, quick: Learned) -> str:
    """Why there is nothing for a tuned encoder to do, or ''."""
    counts = [inputs.labelled.labels.count(name) for name in inputs.classes]
    if quick.gate.chosen == "cohort":
        return (
            "the two views already agree on what the pool says, and a tuned encoder only forgets it"
        )
    if inputs.labelled.texts and min(counts) < 4:
        return f"a class has {min(counts)} labels, and halves of at least two are needed to judge"
    if not inputs.labelled.texts and len(inputs.pool.texts) < LEAST_POOL:
        return "there are no labels and no pool to speak of"
    return ""


def _job(
    inputs: Inputs,
    settings: Settings,
    prepared: Prepared,
    encoder: Encoder,
    plan: Plan,
    bar: Progress,
) -> Job:
    from nanonet.distil import find_place

    place = find_place()
    facts = {
        "texts": fingerprint(inputs.labelled.texts, inputs.labelled.labels),
        "pool": fingerprint(inputs.pool.texts),
        "classes": [repr(spec) for spec in inputs.specs or inputs.classes],
        "encoder": encoder.fingerprint,
        "plan": asdict(plan),
        "seed": settings.seed,
        "version": __version__,
        "place": [place.device.type, place.bf16, place.world],
    }
    name = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]
    home = Path(settings.cache_dir).expanduser() if settings.cache_dir else default_cache_dir()
    return Job(
        inputs.labelled.texts,
        prepared.material.y,
        inputs.pool.texts,
        len(inputs.classes),
        prepared,
        plan,
        settings.seed,
        settings.encoder,
        place,
        Stages(home / "runs" / name),
        bar,
    )


def _judge(quick: Learned, halves: Halves, y: NDArray[np.int64]) -> tuple[Gate, Tried | None]:
    """The blend, unless quick alone was better on the hidden labels beyond doubt."""
    names = ("quick", "tuned", "blend")
    tables = tuple(softmax(halves.tables[name]) for name in names)
    truth = y[halves.row]
    tried = Tried(names, tables, halves.row, truth, np.ones(len(truth), np.float32), 0.0)
    trials = {trial.name: trial for trial in score_trials(tried)}
    before, after = trials["quick"], trials["blend"]
    gain = after.accuracy - before.accuracy
    doubt = max(before.accuracy_se, after.accuracy_se)
    said = (
        f"from half of the labels quick scored {before.accuracy:.1%} on the hidden ones, tuned "
        f"{trials['tuned'].accuracy:.1%}, both together {after.accuracy:.1%}"
    )
    shown = (*quick.gate.trials, before, trials["tuned"], after)
    if gain < -PATIENCE * doubt:
        return replace(quick.gate, why=f"{quick.gate.why}; {said}", trials=shown), quick.tried
    return Gate("blend", said, shown, len(truth), len(np.unique(halves.row))), tried


def _finish(job: Job, quick: Learned, gate: Gate, tried: Tried | None, settings: Settings) -> Deep:
    """The tuned encoder, and its word on the whole pool in the form it ships in."""
    tuned, notes = tune(job, quick, Path(settings.encoder or BUNDLED_NAME).name)
    shipped = _deployed(tuned.folder, settings, job.bar)
    head = linear_head(shipped, tuned)
    kept = None if notes else job.stages.get("pool")
    logits = kept["logits"] if kept else read_pool(shipped, head, job.pool, job.bar)
    if not kept and not notes:
        job.stages.put("pool", {"logits": logits})
    share = 1.0 / len(head.readouts)
    learned = replace(
        quick,
        labels=softmax(logits),
        logits=logits,
        head=head,
        gate=gate,
        tried=tried,
        readouts=tuple((index, share) for index in head.readouts),
    )
    return Deep(learned, shipped, tuple(notes))


def _deployed(folder: Path, settings: Settings, bar: Progress) -> Encoder:
    """The tuned encoder as micro ships it, int8 ONNX; torch where there is no such form."""
    cache = settings.cache_dir
    try:
        return load_encoder(folder, cache_dir=cache, backend="onnx", progress=bar)
    except UserError:
        return load_encoder(folder, cache_dir=cache, progress=bar)
