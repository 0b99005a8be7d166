"""From a model folder to a classifier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.artefact import Artefact, read_artefact, read_prototypes
from nanonet.errors import FormatError, UserError
from nanonet.runtime._weights import NanoWeights
from nanonet.runtime.calibration import Calibration
from nanonet.runtime.cascade import CascadeRule, of_both
from nanonet.runtime.classifier import Classifier
from nanonet.runtime.ensemble import EnsembleRule
from nanonet.runtime.many import ManyClassifier, ManyRule
from nanonet.runtime.micro import MicroScorer
from nanonet.runtime.nano import NanoScorer
from nanonet.runtime.scope import Scope
from nanonet.runtime.scorer import Scorer
from nanonet.text import GramSpec, unpack_ids, unpack_rows


def load(path: str | Path, *, compiled: bool | None = None) -> Classifier:
    """Read a model folder, check every byte of it, and give the classifier.

    Nothing in the folder is ever executed and nothing is fetched. Raises UserError where there is
    no model, FormatError where it is damaged or newer than this nanonet, MissingExtra where a
    micro student needs packages that are not installed. A model that gives several labels a text is
    refused; :func:`load_many` is for those. compiled: for nano students, whether to
    use the compiled kernel; None takes it where it is there. The answers are the same to the bit.
    """
    artefact = _read(path)
    if _many(artefact):
        raise UserError(
            f"{path} gives several labels a text, and here a model with one label a text is needed"
            "; in Python nanonet.load_many loads it"
        )
    return _classifier(artefact, compiled)


def load_many(path: str | Path, *, compiled: bool | None = None) -> ManyClassifier:
    """As :func:`load`, for a model that gives any number of labels a text."""
    artefact = _read(path)
    if not _many(artefact):
        raise UserError(f"{path} gives one label a text; nanonet.load loads it")
    return _many_classifier(artefact, compiled)


def load_any(path: str | Path, *, compiled: bool | None = None) -> Classifier | ManyClassifier:
    """The classifier of either kind; the folder says which."""
    artefact = _read(path)
    return (_many_classifier if _many(artefact) else _classifier)(artefact, compiled)


def _read(path: str | Path) -> Artefact:
    if str(path).startswith("hf://"):
        raise UserError(f"load reads folders only; run nanonet.from_pretrained({str(path)!r})")
    artefact = read_artefact(path)
    if artefact.manifest["task"] not in ("single-label", "multi-label"):
        raise FormatError(_unknown(artefact, "task", artefact.manifest["task"]))
    return artefact


def _many(artefact: Artefact) -> bool:
    return bool(artefact.manifest["task"] == "multi-label")


def _checked_scorer(artefact: Artefact, compiled: bool | None) -> tuple[list[str], Scorer]:
    classes = artefact.manifest["classes"]
    if not all(isinstance(name, str) for name in classes) or len(set(classes)) < len(classes):
        raise FormatError(f"{artefact.path} is damaged: 'classes' are not different names")
    if len(classes) < 2:
        raise FormatError(f"{artefact.path} is damaged: it has fewer than two classes")
    with _named(artefact):
        return classes, _scorer(artefact, compiled)


@contextmanager
def _named(artefact: Artefact) -> Iterator[None]:
    """What is wrong with arrays does not know whose they are."""
    try:
        yield
    except FormatError as error:
        told, path = str(error), str(artefact.path)
        raise FormatError(told if path in told else f"{path}: {told}") from error


def _classifier(artefact: Artefact, compiled: bool | None) -> Classifier:
    classes, scorer = _checked_scorer(artefact, compiled)
    with _named(artefact):
        calibration = _calibration(artefact, len(classes))
        scope = Scope.from_dict(artefact.manifest.get("scope"))
    info = artefact.manifest
    kept = read_prototypes(artefact)
    return Classifier(
        classes, scorer, calibration=calibration, scope=scope, info=info, prototypes=kept
    )


def _many_classifier(artefact: Artefact, compiled: bool | None) -> ManyClassifier:
    classes, scorer = _checked_scorer(artefact, compiled)
    calibration = artefact.manifest["calibration"]
    if calibration.get("kind") != "sigmoid":
        raise FormatError(_unknown(artefact, "calibration", calibration.get("kind")))
    each = artefact.manifest["thresholds"].get("per_class", {})
    with _named(artefact):
        rule = ManyRule(
            _numbers("scale", calibration.get("scale")),
            _numbers("shift", calibration.get("shift")),
            _numbers("thresholds", [each.get(name) for name in classes]),
        )
        return ManyClassifier(classes, scorer, rule, info=artefact.manifest)


def _numbers(name: str, values: object) -> NDArray[np.float32]:
    """A list of the manifest as float32 [C]."""
    plain = isinstance(values, list) and all(
        isinstance(one, (int, float)) and not isinstance(one, bool) for one in values
    )
    if not plain:
        raise FormatError(f"the model's {name} are not numbers; fit again")
    return np.array(values, np.float32)


def _scorer(artefact: Artefact, compiled: bool | None) -> Scorer:
    kind = artefact.manifest["student"].get("kind")
    if kind == "nano":
        return _nano(artefact, compiled)
    if kind == "micro":
        return _micro(artefact)
    if kind in ("ensemble", "cascade"):
        joined = EnsembleRule(**_of_student(artefact, EnsembleRule))
        nano, micro = _nano(artefact, compiled), _micro(artefact, "micro_")
        if kind == "ensemble":
            return of_both(nano, micro, (joined,))
        return of_both(nano, micro, (joined, CascadeRule(**_of_student(artefact, CascadeRule))))
    raise FormatError(_unknown(artefact, "student", kind))


def _of_student(artefact: Artefact, rule: type[EnsembleRule | CascadeRule]) -> dict[str, Any]:
    """The numbers of a rule, None for those that are not there."""
    student = artefact.manifest["student"]
    return {field.name: student.get(field.name) for field in fields(rule)}


def _nano(artefact: Artefact, compiled: bool | None) -> NanoScorer:
    spec = GramSpec.from_dict(artefact.manifest["student"].get("featuriser", {}))
    unit = artefact.weight("unit")
    if unit.dtype != np.float32 or unit.shape != (1,):
        raise FormatError(f"{artefact.path} is damaged: 'unit' is not one float32 number")
    weights = NanoWeights(
        keys=unpack_ids(artefact.weight("keys")),
        rows=_rows(artefact),
        scales=artefact.weight("scales"),
        unit=float(unit[0]),
        bias=artefact.weight("bias"),
    )
    return NanoScorer(weights, spec, compiled=compiled)


def _rows(artefact: Artefact) -> NDArray[np.int8]:
    """int8 [R, C], however many bits they take in the file."""
    if "rows4" in artefact.weights:
        return unpack_rows(artefact.weight("rows4"), len(artefact.weight("bias")))
    return artefact.weight("rows")


def _micro(artefact: Artefact, prefix: str = "") -> MicroScorer:
    max_tokens = artefact.manifest["student"].get("max_tokens")
    if not isinstance(max_tokens, int) or max_tokens < 3:
        raise FormatError(f"{artefact.path} is damaged: 'max_tokens' is {max_tokens!r}")
    return MicroScorer(
        artefact.file("encoder.onnx"),
        artefact.file("tokenizer.json"),
        readouts=artefact.weight(f"{prefix}readouts"),
        head=artefact.weight(f"{prefix}head"),
        bias=artefact.weight(f"{prefix}bias"),
        max_tokens=max_tokens,
    )


def _calibration(artefact: Artefact, classes: int) -> Calibration:
    try:
        return Calibration.from_dict(artefact.manifest["calibration"], classes)
    except KeyError as error:
        raise FormatError(_unknown(artefact, "calibration", error.args[0])) from error


def _unknown(artefact: Artefact, what: str, value: Any) -> str:
    return (
        f"{artefact.path} has the {what} {value!r}, which this nanonet does not know; "
        "run: pip install --upgrade nanonet"
    )
