"""From a model folder to a classifier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.artefact import Artefact, read_artefact
from nanonet.errors import FormatError, UserError
from nanonet.runtime._weights import NanoWeights
from nanonet.runtime.cascade import CascadeRule, CascadeScorer
from nanonet.runtime.classifier import Classifier
from nanonet.runtime.micro import MicroScorer
from nanonet.runtime.nano import NanoScorer
from nanonet.runtime.scorer import Scorer
from nanonet.text import GramSpec, unpack_ids, unpack_rows


def load(path: str | Path, *, compiled: bool | None = None) -> Classifier:
    """Read a model folder, check every byte of it, and give the classifier.

    Nothing in the folder is ever executed and nothing is fetched. Raises UserError where there is
    no model, FormatError where it is damaged or newer than this nanonet, MissingExtra where a
    micro student needs packages that are not installed. compiled: for nano students, whether to
    use the compiled kernel; None takes it where it is there. The answers are the same to the bit.
    """
    if str(path).startswith("hf://"):
        raise UserError(f"load reads folders only; run nanonet.from_pretrained({str(path)!r})")
    artefact = read_artefact(path)
    manifest = artefact.manifest
    if manifest["task"] != "single-label":
        raise FormatError(_unknown(artefact, "task", manifest["task"]))
    classes = manifest["classes"]
    if not all(isinstance(name, str) for name in classes) or len(set(classes)) < len(classes):
        raise FormatError(f"{artefact.path} is damaged: 'classes' are not different names")
    if len(classes) < 2:
        raise FormatError(f"{artefact.path} is damaged: it has fewer than two classes")
    try:
        scorer = _scorer(artefact, compiled)
    except FormatError as error:  # what is wrong with arrays does not know whose they are
        told = str(error)
        raise FormatError(told if str(path) in told else f"{artefact.path}: {told}") from error
    return Classifier(classes, scorer, temperature=_temperature(artefact), info=manifest)


def _scorer(artefact: Artefact, compiled: bool | None) -> Scorer:
    kind = artefact.manifest["student"].get("kind")
    if kind == "nano":
        return _nano(artefact, compiled)
    if kind == "micro":
        return _micro(artefact)
    if kind == "cascade":
        student = artefact.manifest["student"]
        names = ("threshold", "nano_temperature", "micro_temperature")
        rule = CascadeRule(*(student.get(name) for name in names))
        return CascadeScorer(_nano(artefact, compiled), _micro(artefact, "micro_"), rule)
    raise FormatError(_unknown(artefact, "student", kind))


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


def _temperature(artefact: Artefact) -> float:
    calibration = artefact.manifest["calibration"]
    if calibration.get("kind") != "temperature":
        raise FormatError(_unknown(artefact, "calibration", calibration.get("kind")))
    value = calibration.get("temperature")
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise FormatError(f"{artefact.path} is damaged: the temperature is {value!r}")
    return float(value)


def _unknown(artefact: Artefact, what: str, value: Any) -> str:
    return (
        f"{artefact.path} has the {what} {value!r}, which this nanonet does not know; "
        "run: pip install --upgrade nanonet"
    )
