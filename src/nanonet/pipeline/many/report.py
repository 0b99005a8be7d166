"""What ``fit_many`` tells at its end, for people and for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nanonet.data import as_one, fingerprint
from nanonet.encode import Encoder
from nanonet.learn.many import ManyLearned
from nanonet.pipeline.forms import table_mb
from nanonet.pipeline.inputs import Settings
from nanonet.pipeline.many.choose import ManyChosen
from nanonet.pipeline.many.inputs import ManyInputs
from nanonet.pipeline.reporting import encoder_mb, quick_versions

#: What the gate's candidates are, in a few words.
MANY_MEANING = {
    "labels": "a regression a label on the usual embedding",
    "apart": "a regression a label on the best readouts, rare labels weighted up",
    "together": "one softmax over the labels of a text, on the best readouts",
}
_FEW = 8


@dataclass(frozen=True)
class ManyReport:
    """Facts of one fit with several labels a text, as :class:`FitReport` has those with one.

    expected: micro and macro F1 on hidden labels, at the pool's mix; student: which one and why,
    with the estimated loss of nano against micro (of macro F1).
    """

    labelled: dict[str, Any]
    pool: dict[str, Any]
    guard: dict[str, Any]
    encoder: dict[str, Any]
    gate: dict[str, Any]
    student: dict[str, Any]
    expected: dict[str, Any]
    derived: dict[str, Any]
    advice: tuple[str, ...]
    notes: tuple[str, ...]
    effort: str
    seed: int
    versions: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def provenance(self) -> dict[str, Any]:
        """What the artefact keeps: all of it, for no clock was asked."""
        return self.to_dict()

    def summary(self) -> str:
        """A page of plain text."""
        lines = [f"note: {note}" for note in self.notes]
        lines.append(
            f"learned from   {self.labelled['rows']:,} texts with any number of "
            f"{self.labelled['classes']} labels and {self.pool['rows']:,} unlabelled ones"
        )
        chosen = self.gate["chosen"]
        lines.append(f"gate           {chosen} ({MANY_MEANING[chosen]}): {self.gate['why']}")
        for trial in self.gate["trials"]:
            lines.append(
                f"                 {trial['name']:<9} loss {trial['loss']:.3f}, micro F1 "
                f"{trial['micro_f1']:.3f}, macro F1 {trial['macro_f1']:.3f} on hidden labels"
            )
        facts = self.student
        lines.append(f"expected       {_expected(self.expected)}")
        lines.append(f"student        {facts['kind']}, {facts['megabytes']:.2f} MB: {facts['why']}")
        for name, fact in self.derived.items():
            lines.append(f"{name:<14} {fact['value']} ({fact['why']})")
        lines += [f"would help     {line}" for line in self.advice]
        return "\n".join(lines)


def _expected(expected: dict[str, Any]) -> str:
    if expected["micro_f1"] is None:
        return f"unknown; {expected['how']}"
    return (
        f"micro F1 {expected['micro_f1']:.3f}, macro F1 {expected['macro_f1']:.3f}, "
        f"{expected['how']}"
    )


def make_many_report(
    inputs: ManyInputs,
    settings: Settings,
    encoder: Encoder,
    learned: ManyLearned,
    chosen: ManyChosen,
) -> ManyReport:
    """Nothing here is a path or a time, so equal fits give equal reports."""
    counts = inputs.flags.sum(axis=0).astype(int).tolist()
    one = as_one(inputs.texts, inputs.sets)
    return ManyReport(
        labelled={
            "rows": len(inputs.texts),
            "classes": len(inputs.classes),
            "per_class": dict(zip(inputs.classes, counts, strict=True)),
            "without": sum(not names for names in inputs.sets),
            "fingerprint": fingerprint(one.texts, one.labels),
        },
        pool={"rows": len(inputs.pool.texts), "fingerprint": fingerprint(inputs.pool.texts)},
        guard=inputs.guard.to_dict(),
        encoder={
            "name": Path(encoder.name).name if Path(encoder.name).is_dir() else encoder.name,
            "fingerprint": encoder.fingerprint,
            "backend": encoder.backend,
        },
        gate=_gate(learned, chosen),
        student=_student(chosen, encoder),
        expected=chosen.expected,
        derived=_derived(inputs, encoder, learned, chosen),
        advice=_advice(inputs, counts),
        notes=(*inputs.guard.notes, *inputs.notes, *encoder.notes),
        effort=settings.effort,
        seed=settings.seed,
        versions=quick_versions(),
    )


def _gate(learned: ManyLearned, chosen: ManyChosen) -> dict[str, Any]:
    trials = [
        asdict(one) | dict(zip(("micro_f1", "macro_f1"), chosen.trials[one.name], strict=True))
        for one in learned.gate.trials
    ]
    return asdict(learned.gate) | {"trials": trials}


def _student(chosen: ManyChosen, encoder: Encoder) -> dict[str, Any]:
    table, head = chosen.nano, chosen.micro
    nano_mb = table_mb(table)
    micro_mb = (head.weight.nbytes + head.bias.nbytes) / 1e6 + (encoder_mb(encoder) or 0.0)
    return {
        "kind": chosen.kind,
        "why": chosen.why,
        "nano_loss": chosen.nano_loss,
        "nano_rows": len(table.keys),
        "nano_dropped": table.dropped,
        "megabytes": round(nano_mb if chosen.kind == "nano" else micro_mb, 2),
    }


def _derived(
    inputs: ManyInputs, encoder: Encoder, learned: ManyLearned, chosen: ManyChosen
) -> dict[str, dict[str, Any]]:
    names = [f"{encoder.readouts[i]} {w:.0%}" for i, w in learned.readouts]
    share = dict(zip(inputs.classes, np.round(learned.prior, 4).tolist(), strict=True))
    most = sorted(share.items(), key=lambda item: -item[1])[:_FEW]
    shown = ", ".join(f"{name} {part:.1%}" for name, part in most)
    rule = chosen.nano_rule if chosen.kind == "nano" else chosen.micro_rule
    low, high = float(rule.thresholds.min()), float(rule.thresholds.max())
    return {
        "readouts": {
            "value": ", ".join(names),
            "why": "of the encoder, weighted by left-out loss on the labels",
        },
        "label mix": {
            "value": shown + (f" and {len(share) - _FEW} more" if len(share) > _FEW else ""),
            "why": "the share of the pool's texts that each label is estimated to apply to",
            "shares": share,
        },
        "thresholds": {
            "value": f"{low:.2f} to {high:.2f}",
            "why": "the probability from which on a label is given, for the largest F1 of each",
        },
    }


def _advice(inputs: ManyInputs, counts: list[int]) -> tuple[str, ...]:
    few = [name for name, count in zip(inputs.classes, counts, strict=True) if count < 10]
    out = []
    if few:
        shown = ", ".join(few[:5]) + (f" and {len(few) - 5} more" if len(few) > 5 else "")
        out.append(f"more texts with labels that have fewer than ten: {shown}")
    if not inputs.pool.texts:
        out.append("a pile of unlabelled texts (--pool)")
    elif len(inputs.pool.texts) < 2000:
        out.append(f"more unlabelled texts (there are {len(inputs.pool.texts):,})")
    return tuple(out)
