"""Findings in plain words, for someone who decides and does not train models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanonet.artefact import ModelFacts
from nanonet.report.result import Report

CANDIDATES = {
    "labels": ("Plain regression", "what anyone would try first: it learns from the labelled texts "
               "alone"),
    "readouts": ("Best layers", "the parts of the encoder that suit the labels best, and the class "
                 "mix of the pool"),
    "cohort": ("Cohort", "two models that see the texts differently teach one another on the pool"),
    "taught": ("Taught", "a tuned teacher learned on the pool what the quick fit said"),
    "tuned": ("Tuned encoder", "the encoder itself was trained on the labelled texts"),
    "blend": ("Blend", "the quick fit and a tuned encoder together taught one model on the pool"),
    "condensed": ("Condensed", "learned from a condensed table"),
}  # fmt: skip
_KINDS = {
    "nano": "a table of words and word pairs",
    "micro": "a small language encoder",
    "ensemble": "a table of words and word pairs beside a small language encoder",
    "cascade": "a table of words for the easy texts and a small encoder for the others",
}
_GUARD = {
    "labelled_in_test": "labelled texts that are also test texts",
    "labelled_duplicates": "labelled texts that repeat an earlier one",
    "labelled_near_duplicates": "labelled texts nearly the same as an earlier one",
    "conflicting": "labelled texts that stand there with two labels",
    "near_conflicting": "labelled texts that are near copies of one with another label",
    "pool_in_test": "pool texts that are also test texts",
    "pool_in_labelled": "pool texts that are also labelled",
    "pool_duplicates": "pool texts that repeat an earlier one",
    "pool_near_duplicates": "pool texts nearly the same as an earlier one",
}


_MUCH = 2.0  # points that a reader would ask about
_LITTLE = 0.01  # of accuracy, from some fifty labels


def percent(share: float, digits: int = 0) -> str:
    """A share as a person writes it."""
    return f"{100 * share:.{digits}f} %"


def size(megabytes: float | None) -> str:
    """Megabytes, or kilobytes where they are few."""
    if megabytes is None:
        return "not told"
    return f"{megabytes:.1f} MB" if megabytes >= 0.95 else f"{1000 * megabytes:.0f} kB"


def quick(per_second: float) -> str:
    """Texts a second with two digits that mean something."""
    if per_second >= 1000:
        return f"{round(per_second, -3 if per_second >= 1e5 else -2):,.0f}"
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.1f}"


def micros(us: float) -> str:
    """A time for one text."""
    return f"{us:,.0f} µs" if us < 1000 else f"{us / 1000:,.1f} ms"


def kind_of(facts: ModelFacts) -> str:
    """The student in a few words."""
    return _KINDS.get(facts.kind, facts.kind)


def copies_found(copies: Mapping[str, int]) -> list[tuple[str, int]]:
    """What the guard met, in words."""
    return [(_GUARD.get(name, name.replace("_", " ")), n) for name, n in copies.items()]


def accuracy_sentence(report: Report) -> str:
    """What accuracy to expect, and from what one knows it."""
    scores = report.scores
    if scores is not None and not report.test and report.overview.learned_from is False:
        return (
            f"Models made in its way from the {scores.rows:,} labelled texts given here are right "
            f"on {percent(scores.accuracy)} of those hidden from them ({percent(scores.low)} to "
            f"{percent(scores.high)}); this model itself was made from another table, so this says "
            "little of it."
        )
    if scores is not None:
        of = "test texts" if report.test else "labelled texts that were hidden in turn"
        return (
            f"It is right on {percent(scores.accuracy)} of the {of}; on more texts like these, "
            f"expect {percent(scores.low)} to {percent(scores.high)}.{_student_loss(report)}"
        )
    told = report.facts.expected
    if told.get("accuracy") is None or told["high"] - told["low"] >= 1.0:
        return "Not known: there were no labels to check it on. Label thirty texts, and you know."
    return (
        f"When it was made, {percent(told['accuracy'])} was expected, between "
        f"{percent(told['low'])} and {percent(told['high'])}."
    )


def _student_loss(report: Report) -> str:
    """What the table lost against its teacher, where only the teacher could be asked."""
    lost = report.facts.choice.get("nano_loss")
    if report.test or report.facts.kind != "nano":
        return ""
    if not isinstance(lost, float) or lost < 0.005:
        return ""
    return f" The table that is shipped is estimated to lose {100 * lost:.1f} points of that."


def gate_sentence(facts: ModelFacts) -> str:
    """Which way was kept, in words."""
    chosen = str(facts.gate.get("chosen", ""))
    if not chosen:
        return "The model does not say how it was chosen."
    name, what = CANDIDATES.get(chosen, (chosen, ""))
    trials = {t["name"]: t for t in facts.gate.get("trials", ())}
    kept = f"Kept was “{name}”" + (f": {what}." if what else ".")
    if not trials:
        return f"{kept} There were too few labels to try the candidates against each other."
    best = max(trials.values(), key=lambda t: t["accuracy"])
    if chosen not in trials:
        return kept
    if best["name"] == chosen:
        return f"{kept} It found more of the hidden labels than the others."
    other = CANDIDATES.get(best["name"], (best["name"],))[0]
    ahead = 100 * (best["accuracy"] - trials[chosen]["accuracy"])
    if ahead >= _MUCH:
        return (
            f"{kept} On the hidden labels “{other}” did {ahead:.1f} points better, but it was not "
            "taken, for the reason below."
        )
    return (
        f"{kept} On the hidden labels “{other}” did as well or a little better, but not by enough "
        "to leave the safer choice."
    )


def trials(facts: ModelFacts) -> list[tuple[str, str, float, float, bool]]:
    """The candidates: name, what it is, accuracy, standard error, whether it was kept."""
    out = []
    for one in facts.gate.get("trials", ()):
        name, what = CANDIDATES.get(one["name"], (one["name"], ""))
        kept = one["name"] == facts.gate.get("chosen")
        out.append((name, what, float(one["accuracy"]), float(one["accuracy_se"]), kept))
    return out


def steps(report: Report) -> list[str]:
    """What to do next, the most telling first, at most four."""
    out = []
    if report.doubtful:
        out.append(
            f"Look at the {report.doubtful} labels that look wrong: a wrong label costs more than "
            "a missing one."
        )
    if report.forecast is not None and report.forecast.gains:
        gain = report.forecast.gains[0]
        little = gain.gain < _LITTLE
        begin = "Labels taken at random bring little now" if little else "Label on, if it pays"
        out.append(f"{begin}: {gain}.")
    elif report.forecast is not None:
        out.append(f"{report.forecast.told[0].upper()}{report.forecast.told[1:]}.")
    if report.scores is not None and report.scores.pairs:
        pair = report.scores.pairs[0]
        out.append(
            f"Give “{pair.one}” and “{pair.other}” more labels: they are confused most often "
            f"({pair.errors} of {pair.rows} texts)."
        )
    out += [f"When it was made, this was thought to help: {line}." for line in report.facts.advice]
    return out[:4]


def telling(facts: ModelFacts) -> Mapping[str, Any] | None:
    """The promise that is worth a headline: the most answers with at most a tenth wrong."""
    strict = [one for one in promises(facts) if one["max_error"] <= 0.1]
    return max(strict, key=lambda one: one["coverage"], default=None)


def promises(facts: ModelFacts) -> list[Mapping[str, Any]]:
    """What the model promises of its surest answers, the strictest first."""
    found = facts.thresholds.get("promises", ())
    return [one for one in found if isinstance(one, Mapping)][:5]


def summary(report: Report) -> list[str]:
    """A few lines for a terminal."""
    own = report.costs.rows[0]
    out = [
        f"{'accuracy':<14}{accuracy_sentence(report)}",
        f"{'model':<14}{kind_of(report.facts)}, {size(own.megabytes)}, "
        f"{quick(own.per_second)} texts a second here in one thread",
    ]
    out += [f"{'next':<14}{step}" for step in steps(report)]
    return out
