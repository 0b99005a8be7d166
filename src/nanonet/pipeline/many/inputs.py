"""The arguments of ``fit_many``, checked all at once and turned into guarded tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from nanonet.data import GuardReport, Pool, Test, as_one, guard
from nanonet.errors import UserError
from nanonet.learn import Floats
from nanonet.pipeline.inputs import Settings, check_settings, check_texts

STUDENTS = ("auto", "nano", "micro")
LEAST_EACH = 2  # rows with a label, below which nothing of it could be hidden


@dataclass(frozen=True)
class ManyInputs:
    """Guarded tables. flags: float32 [n, C], 1 where a label applies; sets: the same as names."""

    texts: tuple[str, ...]
    sets: tuple[tuple[str, ...], ...]
    flags: Floats
    pool: Pool
    classes: tuple[str, ...]
    guard: GuardReport
    notes: tuple[str, ...] = ()


def check_many_settings(settings: Settings) -> None:
    """Refuse what there is for one label a text only, each with a sentence."""
    check_settings(settings)
    if settings.effort != "quick":
        raise UserError(
            f"effort {settings.effort!r} tunes the encoder on one label a text; with several "
            "labels a text only effort 'quick' is there"
        )
    if settings.student not in STUDENTS:
        raise UserError(
            f"student {settings.student!r} answers with one label a text; with several give one of "
            f"{', '.join(STUDENTS)}"
        )
    if settings.max_us is not None:
        raise UserError(
            "a time budget (max_us) chooses among students with one label a text; with several "
            "give the student itself: nano or micro"
        )


def check_many_inputs(
    texts: Sequence[str],
    labels: Sequence[Collection[str]],
    pool: Sequence[str],
    classes: Sequence[str] | None,
    test_texts: Sequence[str] | None,
) -> ManyInputs:
    """Check the tables, drop copies and leaks, and settle the classes."""
    kept_out = () if test_texts is None else tuple(test_texts)
    for name, values in (("texts", texts), ("pool", pool), ("test_texts", kept_out)):
        check_texts(name, values)
    if isinstance(labels, (str, bytes)):
        raise UserError("labels is one string; give a list with the labels of each text")
    if len(texts) != len(labels):
        raise UserError(f"there are {len(texts)} texts but {len(labels)} label sets; give one each")
    sets = [_names(row, given) for row, given in enumerate(labels)]
    test = Test(kept_out, ("",) * len(kept_out)) if kept_out else None
    guarded = guard(as_one(texts, sets), Pool(tuple(pool)), test)
    left = tuple(tuple(one.split("|")) if one else () for one in guarded.labelled.labels)
    names = _classes(sets, classes)
    kept, notes = _learnable(names, left)
    number = {name: column for column, name in enumerate(kept)}
    flags = np.zeros((len(left), len(kept)), np.float32)
    for row, own in enumerate(left):
        flags[row, [number[name] for name in own]] = 1.0
    return ManyInputs(
        guarded.labelled.texts, left, flags, guarded.pool, kept, guarded.report, notes
    )


def _names(row: int, given: object) -> tuple[str, ...]:
    if given is None or given != given:  # nan is unlike itself
        raise UserError(
            f"labels[{row}] is {given!r}; give () where no label applies, and put texts that "
            "nobody looked at into the pool"
        )
    if isinstance(given, (str, bytes)) or not isinstance(given, Collection):
        raise UserError(
            f"labels[{row}] is {given!r:.40}, a {type(given).__name__}; with several labels a text "
            "every row is a list, tuple or set of names (nanonet.fit takes one label a text)"
        )
    names = sorted({str(name) for name in given})
    wrong = [name for name in names if not name.strip() or "|" in name]
    if wrong:
        raise UserError(f"labels[{row}] holds {wrong[0]!r}; a label is a name without a |")
    return tuple(names)


def _classes(sets: Sequence[tuple[str, ...]], given: Sequence[str] | None) -> tuple[str, ...]:
    seen = sorted({name for names in sets for name in names})
    if given is None:
        return tuple(seen)
    unknown = [name for name in seen if name not in given]
    if unknown:
        raise UserError(
            f"the label {unknown[0]!r} is not among the classes ({', '.join(list(given)[:20])}); "
            "correct it, or add it to them"
        )
    return tuple(given)


def _learnable(
    names: tuple[str, ...], sets: Sequence[tuple[str, ...]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The classes that can be told apart, and notes on those of which the guard left too little."""
    counts = {name: sum(name in own for own in sets) for name in names}
    everywhere = [name for name, count in counts.items() if sets and count == len(sets)]
    if everywhere:
        raise UserError(
            f"each of the {len(sets)} texts has the label {everywhere[0]!r}; a label needs texts "
            "without it too, so add some or leave it out"
        )
    kept = tuple(name for name in names if counts[name])
    if len(kept) < 2:
        raise UserError(
            f"there are {len(kept)} different labels; several labels a text need at least two"
        )
    notes = []
    if len(kept) < len(names):
        gone = _some([name for name in names if not counts[name]])
        notes.append(f"labels of which no text is left, which the model will not know: {gone}")
    few = [name for name in kept if counts[name] < LEAST_EACH]
    if few:
        notes.append(f"labels with one text only, of which nothing can be checked: {_some(few)}")
    return kept, tuple(notes)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
