"""The arguments of ``fit``, checked all at once and turned into tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path

from nanonet.data import ClassSpec, GuardReport, Labelled, Pool, Test, guard
from nanonet.errors import UserError
from nanonet.pipeline.efforts import EFFORTS
from nanonet.pipeline.voting import place_votes
from nanonet.votes import Tree, VoteTable

STUDENTS = ("auto", "nano", "micro", "micro-1", "micro-2", "micro-3", "ensemble", "cascade")
LEAST_POOL = 50


@dataclass(frozen=True)
class Settings:
    """What the user set, all of it.

    max_mb: of the nano table; limit_mb: of any student, where the user gave one; max_us:
    microseconds a text, one thread.
    """

    effort: str
    student: str
    seed: int
    max_mb: float
    encoder: str | Path | None
    cache_dir: str | Path | None
    limit_mb: float | None = None
    max_us: float | None = None


@dataclass(frozen=True)
class Inputs:
    """Guarded tables and the classes in their final order (the class file's, else sorted).

    specs: as given, parents of others included, which are no classes themselves; votes: on the
    guarded rows, labelled ones first, for ``classes``.
    """

    labelled: Labelled
    pool: Pool
    classes: tuple[str, ...]
    specs: tuple[ClassSpec, ...] | None
    guard: GuardReport
    votes: VoteTable | None = None


def check_settings(settings: Settings) -> None:
    """Raise one UserError that names every setting that is off."""
    wrong = []
    if settings.effort not in EFFORTS:
        wrong.append(f"effort is {settings.effort!r}; it must be one of {', '.join(EFFORTS)}")
    if settings.student not in STUDENTS:
        wrong.append(f"student is {settings.student!r}; it must be one of {', '.join(STUDENTS)}")
    if not isinstance(settings.max_mb, (int, float)) or not settings.max_mb > 0:
        wrong.append(f"max_mb is {settings.max_mb!r}; it must be a number above 0")
    us = settings.max_us
    if us is not None and (not isinstance(us, (int, float)) or not us > 0):
        wrong.append(f"max_us is {us!r}; it must be a number above 0 (microseconds a text)")
    if not isinstance(settings.seed, Integral) or settings.seed < 0:
        wrong.append(f"seed is {settings.seed!r}; it must be a whole number, 0 or more")
    if wrong:
        raise UserError("; ".join(wrong))


def check_inputs(
    texts: Sequence[str],
    labels: Sequence[object],
    pool: Sequence[str],
    given: Sequence[ClassSpec | str] | None,
    test_texts: Sequence[str] | None,
    votes: VoteTable | None = None,
) -> Inputs:
    """Check the tables, drop copies and leaks, and settle the classes."""
    for name, values in (
        ("texts", texts),
        ("pool", pool),
        ("test_texts", () if test_texts is None else test_texts),
    ):
        check_texts(name, values)
    _label_values(labels)
    if len(texts) != len(labels):
        raise UserError(f"there are {len(texts)} texts but {len(labels)} labels; give one each")
    labelled = Labelled(tuple(texts), tuple(str(label) for label in labels))
    kept_out = () if test_texts is None else tuple(test_texts)
    test = Test(kept_out, ("",) * len(kept_out)) if kept_out else None
    specs = _specs(given)
    guarded = guard(labelled, Pool(tuple(pool)), test)
    leaves = specs if specs is None else tuple(specs[i] for i in Tree.of(specs).leaves)
    classes = _classes(guarded.labelled, leaves)
    if not guarded.labelled.texts and len(guarded.pool.texts) < LEAST_POOL:
        raise UserError(
            f"there are no labels and only {len(guarded.pool.texts)} different texts in the pool; "
            f"give labelled texts or at least {LEAST_POOL} pool texts"
        )
    placed = place_votes(votes, pool, texts, guarded, classes)
    return Inputs(guarded.labelled, guarded.pool, classes, specs, guarded.report, placed)


def _specs(given: Sequence[ClassSpec | str] | None) -> tuple[ClassSpec, ...] | None:
    if given is None:
        return None
    if isinstance(given, str):
        raise UserError("classes is one string; give a list of names or ClassSpec objects")
    specs = tuple(ClassSpec(c) if isinstance(c, str) else c for c in given)
    for at, spec in enumerate(specs):
        if not isinstance(spec, ClassSpec):
            raise UserError(f"classes[{at}] is {spec!r:.40}; it must be a name or a ClassSpec")
    if len({spec.name for spec in specs}) < max(2, len(specs)):
        raise UserError("classes must be at least two different names")
    return specs


def check_texts(name: str, values: Sequence[str]) -> None:
    """Refuse what is no list of texts with something in each."""
    if isinstance(values, (str, bytes)):
        raise UserError(f"{name} is one string; give a list of strings")
    for row, value in enumerate(values):
        if not isinstance(value, str):
            raise UserError(
                f"{name}[{row}] is a {type(value).__name__}, {value!r:.40}; every text must be a "
                "string"
            )
        if not value.strip():
            raise UserError(f"{name}[{row}] is empty; remove it or fill it in")


def _label_values(labels: Sequence[object]) -> None:
    if isinstance(labels, (str, bytes)):
        raise UserError("labels is one string; give a list with a label for each text")
    for row, value in enumerate(labels):
        if isinstance(value, (list, tuple, set, frozenset)):
            raise UserError(
                f"labels[{row}] is a {type(value).__name__}; several labels a text are learned by "
                "nanonet.fit_many"
            )
        if value is None or value != value or not str(value).strip():  # nan is unlike itself
            raise UserError(f"labels[{row}] is {value!r}; every text must have a label")


def _classes(labelled: Labelled, specs: tuple[ClassSpec, ...] | None) -> tuple[str, ...]:
    seen = sorted(set(labelled.labels))
    if specs is None:
        if len(seen) < 2:
            found = f"only the class {seen[0]!r}" if seen else "no labelled text"
            raise UserError(f"there is {found}; labels of at least two classes are needed")
        return tuple(seen)
    names = tuple(spec.name for spec in specs)
    unknown = [label for label in seen if label not in names]
    if unknown:
        raise UserError(
            f"the label {unknown[0]!r} is not among the classes ({', '.join(names[:20])}); "
            "correct it, or add it to the class file"
        )
    missing = [name for name in names if name not in seen]
    if seen and missing:
        raise UserError(
            f"the class {missing[0]!r} has no labelled text while others have; label a few of it, "
            "or leave the labelled table out and start from the names alone"
        )
    return names
