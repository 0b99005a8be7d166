"""The encoder as a model ships it: whole or cut, with int8 or float32 weights, gated either way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nanonet.encode import Encoder, float_onnx
from nanonet.errors import UserError
from nanonet.export import Parity, Timing, compare, keep_readouts, measure, objections
from nanonet.learn import LinearHead
from nanonet.pipeline.small import renumbered
from nanonet.progress import Progress
from nanonet.runtime import Classifier, MicroScorer, NanoScorer, NanoWeights
from nanonet.students import NanoTable
from nanonet.text import GramSpec


@dataclass(frozen=True)
class EncoderForm:
    """head: on the readouts of the file ``onnx``, which lies in the cache. cut: which readouts of
    the whole encoder these are, None where the file is the whole one."""

    onnx: Path
    tokenizer: Path
    max_tokens: int
    head: LinearHead
    precision: str
    layers: int | None = None
    cut: tuple[int, ...] | None = None

    @property
    def megabytes(self) -> float:
        """Of everything that is shipped."""
        files = self.onnx.stat().st_size + self.tokenizer.stat().st_size
        return (files + self.head.weight.nbytes + self.head.bias.nbytes) / 1e6

    def weights(self, prefix: str = "") -> dict[str, Any]:
        """The head as an artefact has it."""
        return {
            f"{prefix}readouts": np.array(self.head.readouts, np.int32),
            f"{prefix}head": np.ascontiguousarray(self.head.weight),
            f"{prefix}bias": self.head.bias,
        }

    def scorer(self) -> MicroScorer:
        """The student, ready to run."""
        return MicroScorer(self.onnx, self.tokenizer, max_tokens=self.max_tokens, **self.weights())

    def facts(self) -> dict[str, Any]:
        """What the manifest says of it."""
        found: dict[str, Any] = {"max_tokens": self.max_tokens, "precision": self.precision}
        if self.layers is not None:
            found["layers"] = self.layers
        if self.cut is not None:
            found["cut"] = list(self.cut)
        return found

    def files(self) -> dict[str, Path]:
        """What goes into the folder beside the weights."""
        return {"encoder.onnx": self.onnx, "tokenizer.json": self.tokenizer}


@dataclass(frozen=True)
class Twins:
    """One student with int8 and with float32 weights, compared. int8 is None where there is none.

    why_not: where they could not be compared, the reason.
    """

    int8: EncoderForm | None
    float32: EncoderForm | None
    parity: Parity | None
    timings: dict[str, Timing]
    why_not: str = ""

    def against(self) -> tuple[str, ...]:
        """What the numbers say against int8; times are no part of it, for they never repeat."""
        return objections(self.parity) if self.parity else ()

    def facts(self) -> dict[str, Any]:
        """For the report: all but the times."""
        if self.parity is None:
            return {"compared": False, "why": self.why_not}
        found = self.parity.to_dict()
        return {"compared": True, **found, "objections": list(self.against())}

    def notes(self, kind: str, taken: EncoderForm | None) -> tuple[str, ...]:
        """What the user should know where float32 was taken because of the comparison."""
        if taken is not self.float32 or not self.against():
            return ()
        return (f"int8 weights were refused for {kind}: {'; '.join(self.against())}",)

    def times(self) -> dict[str, Any]:
        """For the report: what the clock said."""
        return {name: timing.to_dict() for name, timing in self.timings.items()}


def nano_scorer(table: NanoTable, spec: GramSpec) -> NanoScorer:
    """The n-gram student, ready to run."""
    weights = NanoWeights(table.keys, table.rows, table.scales, table.unit, table.bias)
    return NanoScorer(weights, spec)


def table_mb(table: NanoTable) -> float:
    """Megabytes of the n-gram student."""
    return float(sum(array.nbytes for array in table.weights().values()) / 1e6)


def whole_form(encoder: Encoder, head: LinearHead) -> EncoderForm:
    """The whole encoder and its head; :class:`UserError` where it has no ONNX form."""
    if encoder.onnx_path is None:
        raise UserError(
            f"the encoder {encoder.name} cannot be exported to ONNX, so there is no micro student; "
            "ask for --student nano"
        )
    return int8_form(encoder, head, cut=False)


def int8_form(
    encoder: Encoder, head: LinearHead, layers: int | None = None, *, cut: bool = True
) -> EncoderForm:
    """The encoder's exported file, cut to what the head reads (or whole)."""
    assert encoder.onnx_path is not None  # checked before any work
    path = _cut(encoder.onnx_path, head) if cut else encoder.onnx_path
    precision = "float32" if encoder.backend == "onnx fp32" else "int8"
    own = renumbered(head) if cut else head
    kept = head.readouts if cut else None
    return EncoderForm(
        path, encoder.tokenizer_path, encoder.max_tokens, own, precision, layers, kept
    )


def twins(
    encoder: Encoder,
    form: EncoderForm,
    head: LinearHead,
    classes: Sequence[str],
    temperature: float,
    texts: Sequence[str],
    timed: Sequence[str],
    bar: Progress,
) -> Twins:
    """``form`` beside the same in float32, on a few of the user's own texts."""
    if form.precision == "float32":
        return Twins(None, form, None, {}, "the encoder has no int8 form worth keeping")
    try:
        plain = float_onnx(encoder, bar)
    except UserError as error:
        return Twins(form, None, None, {}, str(error))
    cut = form.onnx != encoder.onnx_path
    path = _cut(plain, head) if cut else plain
    exact = replace(form, onnx=path, precision="float32")
    bar.start("comparing int8 with float32", 0)
    try:
        models = {
            one.precision: Classifier(classes, one.scorer(), temperature=temperature)
            for one in (form, exact)
        }
        parity = compare(models["float32"], models["int8"], texts)
        timings = measure(models, timed)
    finally:
        bar.finish()
    return Twins(form, exact, parity, timings)


def _cut(path: Path, head: LinearHead) -> Path:
    """The cut file lies beside the one it comes from; it is made once."""
    name = f"{path.stem}-{'-'.join(map(str, head.readouts))}.onnx"
    out = path.with_name(name)
    return out if out.is_file() else keep_readouts(path, out, head.readouts)
