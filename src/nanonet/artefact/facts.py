"""What a manifest says, by name and of a known shape: the model card and the report are made of it.

A manifest's ``provenance`` is for people, and an older or foreign one may lack any part of it or
hold something else there; such a part is empty here, so what is not there is not claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Part = Mapping[str, Any]


@dataclass(frozen=True)
class ModelFacts:
    """One model. The mappings are those of ``provenance`` (see docs/format.md), empty where absent.

    calibration: how the probabilities were scaled ('temperature', 'vector', ...) or '';
    temperature: by what, None where it is not one number; scope: whether it tells how foreign a
    text is; megabytes: of all files but model.json;
    files: name to {"sha256", "bytes"}.
    """

    classes: tuple[str, ...]
    kind: str
    version: str
    student: Part = field(default_factory=dict)
    calibration: str = ""
    temperature: float | None = None
    scope: bool = False
    files: Part = field(default_factory=dict)
    megabytes: float = 0.0
    labelled: Part = field(default_factory=dict)
    pool: Part = field(default_factory=dict)
    guard: Part = field(default_factory=dict)
    encoder: Part = field(default_factory=dict)
    gate: Part = field(default_factory=dict)
    choice: Part = field(default_factory=dict)
    expected: Part = field(default_factory=dict)
    derived: Part = field(default_factory=dict)
    versions: Part = field(default_factory=dict)
    thresholds: Part = field(default_factory=dict)
    effort: str = ""
    effort_why: str = ""
    seed: int | None = None
    notes: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()

    @property
    def many(self) -> bool:
        """Whether it gives any number of labels a text."""
        return self.calibration == "sigmoid"

    @property
    def per_class(self) -> Part:
        """Labelled texts of each class, as far as they are known."""
        return _part(self.labelled, "per_class")


def model_facts(manifest: Part) -> ModelFacts:
    """The facts of a manifest, its own entry and the card's not needed yet."""
    told = _part(manifest, "provenance")
    student = _part(manifest, "student")
    files = _part(manifest, "files")
    scaled = _part(manifest, "calibration")
    names = ("labelled", "pool", "guard", "encoder", "gate", "expected", "derived", "versions")
    seed = told.get("seed")
    return ModelFacts(
        classes=tuple(manifest["classes"]),
        kind=str(student.get("kind", "?")),
        version=str(manifest.get("nanonet_version", "?")),
        student=student,
        calibration=line(scaled.get("kind", "")),
        temperature=_number(scaled.get("temperature")),
        scope="scope" in manifest,
        files=files,
        megabytes=sum(int(entry["bytes"]) for entry in files.values()) / 1e6,
        choice=_part(told, "student"),
        thresholds=_part(manifest, "thresholds"),
        effort=line(told.get("effort", "")),
        effort_why=line(told.get("effort_why", "")),
        seed=None if seed is None else int(seed),
        notes=_lines(told.get("notes")),
        advice=_lines(told.get("advice")),
        **{name: _part(told, name) for name in names},
    )


def line(text: object) -> str:
    """Any value as one line."""
    return " ".join(str(text).split())


def _part(facts: Part, key: str) -> Part:
    part = facts.get(key)
    return part if isinstance(part, Mapping) else {}


def _lines(values: object) -> tuple[str, ...]:
    return tuple(line(value) for value in values) if isinstance(values, (list, tuple)) else ()


def _number(value: object) -> float | None:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if plain else None  # type: ignore[arg-type]
