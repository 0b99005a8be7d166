"""Facts of a fit gathered into its report."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from nanonet import __version__
from nanonet.data import fingerprint
from nanonet.encode import Encoder
from nanonet.learn import Learned
from nanonet.pipeline.calibrated import calibration_fact
from nanonet.pipeline.choose import Chosen
from nanonet.pipeline.efforts import agreed, spared
from nanonet.pipeline.forms import table_mb
from nanonet.pipeline.inputs import Inputs, Settings
from nanonet.pipeline.material import Prepared
from nanonet.pipeline.promised import promise_fact
from nanonet.pipeline.report import FitReport
from nanonet.pipeline.voting import votes_advice, votes_facts

_PACKAGES = ("numpy", "scipy", "onnxruntime", "tokenizers", "safetensors")
_TUNING = ("torch", "transformers")
_FEW = 8


def make_report(
    inputs: Inputs,
    settings: Settings,
    encoder: Encoder,
    prepared: Prepared,
    learned: Learned,
    chosen: Chosen,
    effort_why: str = "",
    notes: tuple[str, ...] = (),
) -> FitReport:
    """Nothing here is a path, nor a time but in ``times``, so equal fits give equal reports."""
    counts = {name: inputs.labelled.labels.count(name) for name in inputs.classes}
    labelled = {
        "rows": len(inputs.labelled.texts),
        "classes": len(inputs.classes),
        "per_class": counts,
        "fingerprint": fingerprint(inputs.labelled.texts, inputs.labelled.labels),
    }
    return FitReport(
        labelled=labelled,
        pool={"rows": len(inputs.pool.texts), "fingerprint": fingerprint(inputs.pool.texts)},
        guard=inputs.guard.to_dict(),
        encoder={
            "name": Path(encoder.name).name if Path(encoder.name).is_dir() else encoder.name,
            "fingerprint": encoder.fingerprint,
            "backend": encoder.backend,
        },
        gate=learned.gate.to_dict() | {"rounds": [vars(r) for r in learned.rounds]},
        student=_student(chosen, encoder),
        expected=chosen.expected.to_dict(),
        derived=_derived(inputs, encoder, learned, chosen),
        advice=(
            *votes_advice(learned),
            *_advice(inputs, learned, counts),
            *_more_effort(inputs, settings, learned),
        ),
        notes=(*inputs.guard.notes, *encoder.notes, *notes),
        effort=settings.effort,
        seed=settings.seed,
        versions=_versions(_PACKAGES if settings.effort == "quick" else _PACKAGES + _TUNING),
        effort_why=effort_why,
        measured=chosen.facts,
        times=chosen.times,
    )


def encoder_mb(encoder: Encoder) -> float | None:
    """Megabytes of the encoder's files inside a micro model, None where it has no ONNX form."""
    if encoder.onnx_path is None:
        return None
    return sum(path.stat().st_size for path in (encoder.onnx_path, encoder.tokenizer_path)) / 1e6


def _student(chosen: Chosen, encoder: Encoder) -> dict[str, Any]:
    table = chosen.nano
    nano_mb = table_mb(table)
    micro_mb = (chosen.micro.weight.nbytes + chosen.micro.bias.nbytes) / 1e6
    micro_mb += encoder_mb(encoder) or 0.0
    micro_mb = chosen.facts.get("megabytes", micro_mb)
    return {
        "kind": chosen.kind,
        "why": chosen.why,
        "nano_loss": chosen.nano_loss,
        "nano_rows": len(table.keys),
        "nano_dropped": table.dropped,
        "megabytes": round(nano_mb if chosen.kind == "nano" else micro_mb, 2),
        "nano_temperature": chosen.nano_temperature,
        "micro_temperature": chosen.micro_temperature,
    }


def _derived(
    inputs: Inputs, encoder: Encoder, learned: Learned, chosen: Chosen
) -> dict[str, dict[str, Any]]:
    names = [f"{encoder.readouts[i]} {w:.0%}" for i, w in learned.readouts]
    out: dict[str, dict[str, Any]] = {
        "readouts": {
            "value": ", ".join(names),
            "why": _readouts_why(inputs, learned),
        }
    }
    share = dict(zip(inputs.classes, np.round(learned.prior, 3).tolist(), strict=True))
    shown = sorted(share.items(), key=lambda item: -item[1])
    value = ", ".join(f"{name} {part:.0%}" for name, part in shown[:_FEW])
    even = max(share.values()) - min(share.values()) < 0.005
    more = f" and {len(shown) - _FEW} more" if len(shown) > _FEW else ""
    out["class mix"] = {
        "value": "equal shares" if even else value + more,
        "why": "of the pool, as far from equal as the labels allow to say"
        if inputs.labelled.texts
        else "of the pool, half way from equal shares to what the names say",
        "shares": share,
    }
    if learned.opinion:
        out["opinion"] = {
            "value": f"weight {learned.opinion:g}",
            "why": "of the direction from bad to good in the encoder, by left-out log-loss",
        }
    if inputs.specs:
        out["names"] = {
            "value": f"weight {learned.names_weight:g}",
            "why": _names_why(inputs, learned),
        }
    votes = votes_facts(learned, bool(inputs.labelled.texts))
    facts = {
        "votes": votes,
        "calibration": calibration_fact(chosen.calibrated),
        "promise": promise_fact(chosen.thresholds),
    }
    return out | {name: fact for name, fact in facts.items() if fact is not None}


def _names_why(inputs: Inputs, learned: Learned) -> str:
    if inputs.labelled.texts:
        return "of the class file beside the labels, by left-out log-loss"
    if learned.voted is not None:
        return "of its own; without labels the class file is one of the sources of votes"
    return "there are no labels, so the class file is all there is"


def _readouts_why(inputs: Inputs, learned: Learned) -> str:
    if learned.logits is not None:
        return "of the tuned encoder"
    if inputs.labelled.texts:
        return "of the encoder, weighted by left-out log-loss on the labels"
    return "of the encoder, the one it was trained for"


def _advice(inputs: Inputs, learned: Learned, counts: dict[str, int]) -> tuple[str, ...]:
    out = []
    if learned.tried is not None:
        chosen = learned.tried.names.index(learned.gate.chosen)
        table, y = learned.tried.probabilities[chosen], learned.tried.y
        hit = table.argmax(axis=1) == y
        recall = [hit[y == c].mean() if (y == c).any() else 1.0 for c in range(len(counts))]
        worst = int(np.argmin(recall))
        if recall[worst] < 0.9:
            wrong = table[(y == worst) & ~hit].argmax(axis=1)
            rival = inputs.classes[int(np.bincount(wrong, minlength=len(counts)).argmax())]
            out.append(
                f"more labels of {inputs.classes[worst]!r}: only {recall[worst]:.0%} of its hidden "
                f"labels were found, most often taken for {rival!r}"
            )
    elif inputs.labelled.texts:
        few = min(counts, key=lambda name: counts[name])
        out.append(f"a second label of {few!r}: with one, nothing can be checked")
    else:
        out.append("thirty labelled texts, so that the result can be checked at all")
    if inputs.labelled.texts and not inputs.specs:
        out.append("a file of class names and descriptions (--classes)")
    if not inputs.pool.texts:
        out.append("a pile of unlabelled texts (--pool)")
    elif len(inputs.pool.texts) < 2000:
        out.append(f"more unlabelled texts (there are {len(inputs.pool.texts):,})")
    return tuple(out)


def _more_effort(inputs: Inputs, settings: Settings, learned: Learned) -> tuple[str, ...]:
    if settings.effort != "quick" or agreed(learned) or spared(inputs, learned):
        return ()
    return (
        "perhaps --effort normal, which tunes the encoder on the labels (minutes): the pool by "
        "itself says little about these classes",
    )


def quick_versions() -> dict[str, str]:
    """Versions of what effort quick runs on."""
    return _versions(_PACKAGES)


def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    out = {"nanonet": __version__, "python": platform.python_version()}
    for name in packages:
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            continue
    return out
