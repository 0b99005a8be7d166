"""The outcome of a fit: both students, the report, and saving the one that was chosen."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.artefact import PROTOTYPES, Prototype, encode_prototypes, write_artefact
from nanonet.data import Labelled
from nanonet.decide import Promise
from nanonet.encode import Encoder
from nanonet.errors import UserError
from nanonet.pipeline.calibrated import Calibrated
from nanonet.pipeline.choose import Chosen
from nanonet.pipeline.forms import nano_scorer, whole_form
from nanonet.pipeline.report import FitReport
from nanonet.runtime import (
    Classifier,
    NanoScorer,
    Scorer,
    find_promise,
    of_both,
)
from nanonet.select import prototype_rows
from nanonet.text import GramSpec


class Fitted:
    """A trained classifier, not yet saved.

    ``nano`` and ``micro`` are both there as classifiers; ``predict`` and ``save`` use the one the
    fit chose (``report.student`` says why), which may be another one besides: a small micro, both
    multiplied (an ensemble), or a cascade.
    """

    def __init__(
        self,
        classes: Sequence[str],
        chosen: Chosen,
        encoder: Encoder,
        spec: GramSpec,
        report: FitReport,
    ) -> None:
        self.classes_ = list(classes)
        self.report = report
        self._chosen, self._encoder, self._spec = chosen, encoder, spec
        #: Pool texts to label first, where votes were learned that no label could check.
        self.label_first: tuple[str, ...] = ()
        #: The labelled texts that were learned from, after the guard.
        self.labelled = Labelled((), ())

    @cached_property
    def nano(self) -> Classifier:
        """The n-gram student."""
        made = self._chosen.nano_calibrated
        return self._as_classifier(self._nano_scorer(), made)

    def _as_classifier(self, scorer: Scorer, made: Calibrated) -> Classifier:
        return Classifier(self.classes_, scorer, calibration=made.calibration, scope=made.scope)

    def _nano_scorer(self) -> NanoScorer:
        return nano_scorer(self._chosen.nano, self._spec)

    @cached_property
    def micro(self) -> Classifier:
        """The encoder student."""
        scorer = whole_form(self._encoder, self._chosen.micro).scorer()
        return self._as_classifier(scorer, self._chosen.micro_calibrated)

    @cached_property
    def classifier(self) -> Classifier:
        """The student that was chosen."""
        chosen = self._chosen
        if chosen.kind == "nano":
            return self.nano
        if chosen.form is None:
            return self.micro
        made = chosen.calibrated
        micro = chosen.form.scorer()
        if not chosen.rules:
            return self._as_classifier(micro, made)
        return self._as_classifier(of_both(self._nano_scorer(), micro, chosen.rules), made)

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The likeliest class of each text."""
        return self.classifier.predict(texts)

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Probabilities [n, C], columns as in ``classes_``."""
        return self.classifier.predict_proba(texts)

    def save(self, path: str | Path, *, overwrite: bool = False, prototypes: bool = False) -> Path:
        """Write the chosen student as a folder, whole or not at all; returns its path.

        prototypes: keep one clear and one borderline labelled text of each class in it, word for
        word, for ``explain --prototypes``. Whoever gets the model can read them.
        """
        if not prototypes:
            return self._write(path, overwrite, {})
        with tempfile.TemporaryDirectory() as home:
            file = Path(home) / PROTOTYPES
            file.write_bytes(encode_prototypes(self.prototypes()))
            return self._write(path, overwrite, {PROTOTYPES: file})

    def prototypes(self) -> tuple[Prototype, ...]:
        """One clear and one borderline labelled text of each class, by the chosen student."""
        texts, labels = self.labelled.texts, self.labelled.labels
        if not texts:
            raise UserError("there are no labelled texts to keep; leave prototypes out")
        proba = self.predict_proba(texts)
        y = np.array([self.classes_.index(label) for label in labels], np.int64)
        return tuple(
            Prototype(labels[row], kind, texts[row], round(float(proba[row, number]), 4))
            for number, clear, border in prototype_rows(proba, y)
            for kind, row in (("clear", clear), ("borderline", border))
            if row is not None
        )

    def _write(self, path: str | Path, overwrite: bool, more: dict[str, Path]) -> Path:
        student, weights, files = self._parts()
        scope = self._chosen.calibrated.scope
        return write_artefact(
            path,
            classes=self.classes_,
            student=student,
            weights=weights,
            calibration=self._chosen.calibrated.calibration.to_dict(),
            thresholds=self._thresholds(),
            scope=scope.to_dict() if scope else None,
            provenance=self.report.provenance(),
            extra_files=files | more,
            overwrite=overwrite,
        )

    def _thresholds(self) -> dict[str, Any]:
        """What may be promised, classes by their names."""
        found = dict(self._chosen.thresholds)
        if "classes" in found:
            found["classes"] = {self.classes_[k]: v for k, v in found["classes"].items()}
        return found

    def promise(self, max_error: float, *, label: str | None = None) -> Promise:
        """As ``Classifier.promise``: how sure an answer must be."""
        return find_promise(self._thresholds(), self.classes_, max_error, label)

    def _parts(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Path]]:
        """(student, weights, further files) of the artefact."""
        chosen = self._chosen
        table = {"featuriser": self._spec.to_dict()}
        if chosen.kind == "nano":
            return {"kind": "nano", **table}, chosen.nano.weights(), {}
        form = chosen.form or whole_form(self._encoder, chosen.micro)
        if not chosen.rules:
            return {"kind": "micro", **form.facts()}, form.weights(), form.files()
        weights = chosen.nano.weights() | form.weights("micro_")
        student = {"kind": chosen.kind, **table, **form.facts()}
        for rule in chosen.rules:
            student |= vars(rule)
        return student, weights, form.files()
