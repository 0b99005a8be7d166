"""What ``fit`` tells at its end, for people and for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from nanonet.pipeline.told import measured_lines

#: What the gate's candidates are, in a few words.
MEANING = {
    "labels": "regression on the labels alone",
    "readouts": "the best readouts of the encoder",
    "cohort": "two views teaching one another on the pile",
    "taught": "a teacher that learned the quick fit's word on the pile",
    "tuned": "an encoder tuned on the labels",
    "condensed": "regression on the soft labels of a condensed table",
    "blend": "the quick fit and a tuned encoder, learned by one teacher on the pile",
}


@dataclass(frozen=True)
class FitReport:
    """Facts of one fit.

    gate: the choice, its reason and every candidate's trial; expected: accuracy with interval;
    student: which one and why, with the estimated loss of nano against micro (share of texts);
    derived: each derived setting with its reason; advice: what would help most; effort_why: how the
    effort compares with quick and which of the two was taken ('' for quick itself). measured: of
    the student kept and those it was chosen from: sizes, losses, int8 against float32, the
    cascade's curve, the front of a budget; times: microseconds a text by student or form, here.
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
    effort_why: str = ""
    measured: dict[str, Any] = field(default_factory=dict)
    times: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def provenance(self) -> dict[str, Any]:
        """What the artefact keeps: the same without what a clock said, unless that decided.

        Equal fits give equal bytes, but for a budget in microseconds, which rests on the clock.
        """
        found = self.to_dict()
        if "budget" not in self.measured:
            del found["times"]
        return found

    def summary(self) -> str:
        """A page of plain text."""
        lines = [f"note: {note}" for note in self.notes]
        lines += [
            f"learned from   {self.labelled['rows']:,} labelled texts in "
            f"{self.labelled['classes']} classes and {self.pool['rows']:,} unlabelled ones"
        ]
        lines += self._gate_lines()
        if self.effort_why:
            lines.append(f"effort         {self.effort}: {self.effort_why}")
        lines += [f"expected       {_expected(self.expected)}", f"student        {_student(self)}"]
        lines += measured_lines(self.student["kind"], self.measured, self.times)
        for name, fact in self.derived.items():
            lines.append(f"{name:<14} {fact['value']} ({fact['why']})")
        lines += [f"would help     {line}" for line in self.advice]
        return "\n".join(lines)

    def _gate_lines(self) -> list[str]:
        chosen = self.gate["chosen"]
        lines = [f"gate           {chosen} ({MEANING[chosen]}): {self.gate['why']}"]
        for trial in self.gate["trials"]:
            whose = ", those of what the teacher learned" if trial["name"] == "taught" else ""
            lines.append(
                f"                 {trial['name']:<9} {trial['accuracy']:6.1%} "
                f"± {trial['accuracy_se']:.1%} on hidden labels{whose}"
            )
        return lines


def _expected(expected: dict[str, Any]) -> str:
    if expected["high"] - expected["low"] >= 1.0:
        return f"unknown; {expected['how']}"
    return (
        f"{expected['accuracy']:.1%} accuracy, between {expected['low']:.1%} and "
        f"{expected['high']:.1%}, {expected['how']}"
    )


def _student(report: FitReport) -> str:
    facts = report.student
    return f"{facts['kind']}, {facts['megabytes']:.2f} MB: {facts['why']}"
