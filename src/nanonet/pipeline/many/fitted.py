"""The outcome of ``fit_many``: both students, the report, and saving the one that was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.artefact import write_artefact
from nanonet.encode import Encoder
from nanonet.learn import LinearHead
from nanonet.pipeline.forms import nano_scorer, whole_form
from nanonet.pipeline.many.choose import ManyChosen
from nanonet.pipeline.many.report import ManyReport
from nanonet.runtime import ManyClassifier, ManyRule
from nanonet.text import GramSpec


class FittedMany:
    """A trained classifier that gives any number of labels, not yet saved.

    ``nano`` and ``micro`` are both there as classifiers; ``predict`` and ``save`` use the one the
    fit chose (``report.student`` says why).
    """

    def __init__(
        self,
        classes: Sequence[str],
        chosen: ManyChosen,
        encoder: Encoder,
        spec: GramSpec,
        report: ManyReport,
    ) -> None:
        self.classes_ = list(classes)
        self.report = report
        self._chosen, self._encoder, self._spec = chosen, encoder, spec

    @cached_property
    def nano(self) -> ManyClassifier:
        """The n-gram student."""
        scorer = nano_scorer(self._chosen.nano, self._spec)
        return ManyClassifier(self.classes_, scorer, self._chosen.nano_rule)

    @cached_property
    def micro(self) -> ManyClassifier:
        """The encoder student."""
        scorer = whole_form(self._encoder, self._chosen.micro).scorer()
        return ManyClassifier(self.classes_, scorer, self._chosen.micro_rule)

    @property
    def head(self) -> LinearHead:
        """The encoder student's classifier on the encoder's readouts, each of length one."""
        return self._chosen.micro

    @property
    def classifier(self) -> ManyClassifier:
        """The student that was chosen."""
        return self.nano if self._chosen.kind == "nano" else self.micro

    def predict(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The labels of each text, () where none applies."""
        return self.classifier.predict(texts)

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Probabilities [n, C], columns as in ``classes_``, each by itself."""
        return self.classifier.predict_proba(texts)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the chosen student as a folder, whole or not at all; returns its path."""
        nano = self._chosen.kind == "nano"
        student, weights, files = self._nano_parts() if nano else self._micro_parts()
        rule = self._chosen.nano_rule if nano else self._chosen.micro_rule
        return write_artefact(
            path,
            classes=self.classes_,
            student=student,
            weights=weights,
            calibration=_calibration(rule),
            thresholds={"per_class": _by_name(self.classes_, rule)},
            provenance=self.report.provenance(),
            task="multi-label",
            extra_files=files,
            overwrite=overwrite,
        )

    def _nano_parts(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Path]]:
        student = {"kind": "nano", "featuriser": self._spec.to_dict()}
        return student, self._chosen.nano.weights(), {}

    def _micro_parts(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Path]]:
        form = whole_form(self._encoder, self._chosen.micro)
        return {"kind": "micro", **form.facts()}, form.weights(), form.files()


def _calibration(rule: ManyRule) -> dict[str, Any]:
    return {"kind": "sigmoid", "scale": _plain(rule.scale), "shift": _plain(rule.shift)}


def _by_name(classes: Sequence[str], rule: ManyRule) -> dict[str, float]:
    return dict(zip(classes, _plain(rule.thresholds), strict=True))


def _plain(values: NDArray[np.float32]) -> list[float]:
    """The numbers with as few digits as give the same float32 again."""
    return [float(str(value)) for value in values]
