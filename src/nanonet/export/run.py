"""Write a model in another form, if the form is still the model and no slower."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nanonet.artefact import Artefact, read_artefact, write_artefact
from nanonet.encode import float_onnx, load_encoder
from nanonet.encode.check import SENTENCES
from nanonet.encode.export import quantise
from nanonet.errors import UserError
from nanonet.export.cut import keep_readouts
from nanonet.export.gate import Parity, compare, objections
from nanonet.export.timing import Timing, measure
from nanonet.export.whole import WholeScorer, write_whole
from nanonet.progress import NullProgress, Progress
from nanonet.runtime import Calibration, Classifier, MicroScorer, load

FORMS = ("onnx", "int8", "fp32")
_TIMED = 200
_PRECISION = {"int8": "int8", "fp32": "float32"}


@dataclass(frozen=True)
class Exported:
    """What was written and how it compares: bytes of both folders, parity, times of both."""

    path: Path
    form: str
    source_bytes: int
    bytes: int
    parity: Parity
    source: Timing
    timing: Timing
    objections: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "out": str(self.path),
            "form": self.form,
            "source_bytes": self.source_bytes,
            "bytes": self.bytes,
            "parity": self.parity.to_dict(),
            "source": self.source.to_dict(),
            "exported": self.timing.to_dict(),
            "objections": list(self.objections),
        }


def export(
    model: str | Path,
    form: str,
    out: str | Path,
    *,
    texts: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    encoder: str | Path | None = None,
    cache_dir: str | Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Write the model folder ``model`` as ``form`` ('onnx', 'int8' or 'fp32') to ``out``.

    texts, labels: what both forms are asked (built-in sentences where there are none); ``labels``
    must be classes of the model. encoder: for 'fp32', where the encoder's own weights lie. Raises
    UserError where the form is over half a point worse or is slower (unless ``force``), where the
    model has no such form, and where ``out`` is there; FormatError where the model is damaged.
    """
    if form not in FORMS:
        raise UserError(f"the form is {form!r}; it must be one of {', '.join(FORMS)}")
    target = Path(out)
    if target.exists():
        raise UserError(f"{target} exists already; choose another folder")
    artefact = read_artefact(model)
    classifier = load(model)
    check_labels(labels, classifier.classes_)
    asked = list(texts) if texts else list(SENTENCES)
    bar = progress or NullProgress()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "form"
        changed = _write(artefact, form, folder, encoder, cache_dir, bar)
        bar.start("comparing both forms", 0)
        try:
            parity = compare(classifier, changed, asked, labels)
            times = measure({"source": classifier, "form": changed}, asked[:_TIMED])
        finally:
            bar.finish()
        against = objections(parity, times["source"], times["form"])
        if against and not force:
            raise UserError(
                f"{model} as {form} was refused: {'; '.join(against)}; nothing was written "
                "(--force writes it all the same)"
            )
        _keep(folder, target, artefact, parity)
    sizes = [sum(p.stat().st_size for p in Path(where).iterdir()) for where in (model, target)]
    return Exported(
        target, form, sizes[0], sizes[1], parity, times["source"], times["form"], against
    )


def check_labels(labels: Sequence[str] | None, classes: Sequence[str]) -> None:
    """Refuse labels that are no class of the model."""
    unknown = sorted(set(labels or ()) - set(classes))
    if unknown:
        raise UserError(
            f"the model does not know the label {unknown[0]!r}; it knows "
            f"{', '.join(repr(name) for name in classes[:10])}"
            + (f" and {len(classes) - 10} more" if len(classes) > 10 else "")
        )


def _write(
    artefact: Artefact, form: str, folder: Path, encoder: str | Path | None,
    cache_dir: str | Path | None, bar: Progress,
) -> Classifier:  # fmt: skip
    """The form in ``folder``, ready to be asked."""
    if form == "onnx":
        folder.mkdir()
        write_whole(artefact, folder)
        student = artefact.manifest["student"]
        beside = MicroScorer(
            artefact.file("encoder.onnx"),
            artefact.file("tokenizer.json"),
            readouts=artefact.weight("readouts"),
            head=artefact.weight("head"),
            bias=artefact.weight("bias"),
            max_tokens=student["max_tokens"],
        )
        scorer = WholeScorer(folder, beside)
        classes = artefact.manifest["classes"]
        calibration = Calibration.from_dict(artefact.manifest["calibration"], len(classes))
        return Classifier(classes, scorer, calibration=calibration)
    swapped = folder.with_name("encoder.onnx")
    _check_precision(artefact, form)
    if form == "int8":
        quantise(artefact.file("encoder.onnx"), swapped)
    else:
        _float(artefact, swapped, encoder, cache_dir, bar)
    _rewrite(artefact, folder, swapped, {"precision": _PRECISION[form]}, {})
    return load(folder)


def _check_precision(artefact: Artefact, form: str) -> None:
    student = artefact.manifest["student"]
    if student.get("kind") not in ("micro", "ensemble", "cascade"):
        raise UserError(
            f"{artefact.path} is a {student.get('kind')} model, whose numbers are small integers "
            "already; there is nothing to export (docs/format.md says how to read it)"
        )
    if student.get("precision", "int8") == _PRECISION[form]:
        raise UserError(f"{artefact.path} has {_PRECISION[form]} weights already")


def _float(
    artefact: Artefact, out: Path, encoder: str | Path | None,
    cache_dir: str | Path | None, bar: Progress,
) -> None:  # fmt: skip
    """The encoder's float32 weights, which an int8 model does not hold, from where it came from."""
    facts = artefact.manifest["provenance"].get("encoder", {})
    loaded = load_encoder(encoder, cache_dir=cache_dir, backend="onnx", progress=bar)
    if loaded.fingerprint != facts.get("fingerprint"):
        raise UserError(
            f"{artefact.path} was made with the encoder {facts.get('name', '?')}, and "
            f"{loaded.name} is another one (or was changed); name the right one with --encoder"
        )
    plain = float_onnx(loaded, bar)
    cut = artefact.manifest["student"].get("cut")
    if cut:
        keep_readouts(plain, out, cut)
    else:
        shutil.copyfile(plain, out)


def _rewrite(
    artefact: Artefact, folder: Path, onnx: Path, student: dict[str, Any], told: dict[str, Any]
) -> None:
    """The same model with another encoder file."""
    manifest = artefact.manifest
    write_artefact(
        folder,
        classes=manifest["classes"],
        student={**manifest["student"], **student},
        weights=artefact.weights,
        calibration=manifest["calibration"],
        thresholds=manifest["thresholds"],
        scope=manifest.get("scope"),
        provenance={**manifest["provenance"], **told},
        extra_files={"encoder.onnx": onnx, "tokenizer.json": artefact.file("tokenizer.json")},
    )


def _keep(folder: Path, target: Path, source: Artefact, parity: Parity) -> None:
    """Put the form in its place; a model says how it compared with the one it came from."""
    if not (folder / "README.md").is_file():
        beside = target.with_name(f".{target.name}.tmp")
        shutil.rmtree(beside, ignore_errors=True)
        try:
            shutil.copytree(folder, beside)
            beside.rename(target)
        except OSError as error:
            raise UserError(f"cannot write {target} ({error.strerror or error})") from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return
    form = read_artefact(folder)
    told = {"exported": {"from": source.manifest["manifest_sha256"], **parity.to_dict()}}
    _rewrite(form, target, form.file("encoder.onnx"), {}, told)
