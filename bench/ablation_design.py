"""The ablation's cells: five factors of the training loop, one varied at a time or all together."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

#: Factor -> its levels. The reference has the last of each.
FACTORS: dict[str, tuple[str, ...]] = {
    "teacher": ("frozen", "bias", "lora"),
    "mutual": ("off", "on"),
    "online": ("offline", "online"),
    "students": ("one", "two", "three"),
    "reweight": ("linupper", "quadratic", "uniform"),
}
SHOTS = 10
DESIGNS = ("one-at-a-time", "full")


@dataclass(frozen=True)
class Variant:
    """One setting of the factors; the defaults are the reference."""

    teacher: str = "lora"
    mutual: str = "on"
    online: str = "online"
    students: str = "three"
    reweight: str = "uniform"


REFERENCE = Variant()


@dataclass(frozen=True)
class AblationKey:
    """What makes a cell. pool, test: texts at most; base: digest of all the other settings."""

    set: str
    seed: int
    teacher: str
    mutual: str
    online: str
    students: str
    pool: int
    test: int
    base: str
    reweight: str = REFERENCE.reweight  # the level of cells from before there was the factor

    @property
    def variant(self) -> Variant:
        """The factors alone."""
        return Variant(self.teacher, self.mutual, self.online, self.students, self.reweight)


@dataclass(frozen=True)
class AblationSettings:
    """What all cells of a run share; steps ``None`` is the preset's own, encoder the bundled."""

    steps: int | None = None
    pool: int = 2000
    test: int = 1000
    warm_up: bool = True
    warm_up_steps: int = 40
    encoder: str | None = None


def variants(design: str, allowed: Mapping[str, Sequence[str]]) -> list[Variant]:
    """The variants whose every factor is at an allowed level, the reference first.

    One student has nobody to learn from, so with one student mutual learning counts as off.
    """
    found = [REFERENCE]
    if design == "full":
        found += [Variant(*levels) for levels in itertools.product(*FACTORS.values())]
    else:
        found += [
            replace(REFERENCE, **{factor: level})
            for factor, levels in FACTORS.items()
            for level in levels
        ]
    kept = [one for one in found if all(getattr(one, f) in allowed[f] for f in FACTORS)]
    return list(dict.fromkeys(map(canonical, kept)))


def canonical(variant: Variant) -> Variant:
    """The same run under one name."""
    return replace(variant, mutual="off") if variant.students == "one" else variant


def keys(
    sets: Sequence[str],
    seeds: Sequence[int],
    chosen: Sequence[Variant],
    settings: AblationSettings,
    base: str,
) -> Iterator[AblationKey]:
    """All cells, those of a draw together, for they share its warm-up."""
    for name, seed, one in itertools.product(sets, seeds, chosen):
        yield AblationKey(
            name, seed, **asdict(one), pool=settings.pool, test=settings.test, base=base
        )


def digest(facts: Any) -> str:
    """Twelve hex digits of plain values."""
    text = json.dumps(facts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
