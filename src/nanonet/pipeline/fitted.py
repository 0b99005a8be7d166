"""The outcome of a fit: both students, the report, and saving the one that was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nanonet.artefact import write_artefact
from nanonet.encode import Encoder
from nanonet.errors import UserError
from nanonet.pipeline.choose import Chosen
from nanonet.pipeline.report import FitReport
from nanonet.runtime import Classifier, MicroScorer, NanoScorer, NanoWeights
from nanonet.text import GramSpec


class Fitted:
    """A trained classifier, not yet saved.

    ``nano`` and ``micro`` are both there as classifiers; ``predict`` and ``save`` use the one the
    fit chose (``report.student`` says why).
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

    @cached_property
    def nano(self) -> Classifier:
        """The n-gram student."""
        table = self._chosen.nano
        weights = NanoWeights(table.keys, table.rows, table.scales, table.unit, table.bias)
        scorer = NanoScorer(weights, self._spec)
        return Classifier(self.classes_, scorer, temperature=self._chosen.nano_temperature)

    @cached_property
    def micro(self) -> Classifier:
        """The encoder student."""
        head = self._chosen.micro
        scorer = MicroScorer(
            self._onnx(),
            self._encoder.tokenizer_path,
            readouts=np.array(head.readouts, np.int32),
            head=head.weight,
            bias=head.bias,
            max_tokens=self._encoder.max_tokens,
        )
        return Classifier(self.classes_, scorer, temperature=self._chosen.micro_temperature)

    @property
    def classifier(self) -> Classifier:
        """The student that was chosen."""
        return self.nano if self._chosen.kind == "nano" else self.micro

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The likeliest class of each text."""
        return self.classifier.predict(texts)

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Probabilities [n, C], columns as in ``classes_``."""
        return self.classifier.predict_proba(texts)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the chosen student as a folder, whole or not at all; returns its path."""
        nano = self._chosen.kind == "nano"
        student, weights, files = self._nano_parts() if nano else self._micro_parts()
        temperature = self._chosen.nano_temperature if nano else self._chosen.micro_temperature
        return write_artefact(
            path,
            classes=self.classes_,
            student=student,
            weights=weights,
            calibration={"kind": "temperature", "temperature": temperature},
            provenance=self.report.to_dict(),
            extra_files=files,
            overwrite=overwrite,
        )

    def _nano_parts(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Path]]:
        student = {"kind": "nano", "featuriser": self._spec.to_dict()}
        return student, self._chosen.nano.weights(), {}

    def _micro_parts(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Path]]:
        head = self._chosen.micro
        weights = {
            "readouts": np.array(head.readouts, np.int32),
            "head": np.ascontiguousarray(head.weight),
            "bias": head.bias,
        }
        files = {"encoder.onnx": self._onnx(), "tokenizer.json": self._encoder.tokenizer_path}
        return {"kind": "micro", "max_tokens": self._encoder.max_tokens}, weights, files

    def _onnx(self) -> Path:
        if self._encoder.onnx_path is None:
            raise UserError(
                f"the encoder {self._encoder.name} cannot be exported to ONNX, so there is no "
                "micro student; ask for --student nano"
            )
        return self._encoder.onnx_path
