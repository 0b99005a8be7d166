"""A micro student as one ONNX file: token ids in, probabilities out, for any ONNX runtime."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nanonet.artefact import Artefact
from nanonet.errors import FormatError, MissingExtra, UserError
from nanonet.runtime import Calibration, MicroScorer
from nanonet.runtime.scorer import Floats, best_names

MODEL_FILE, TOKENIZER_FILE, FACTS_FILE = "model.onnx", "tokenizer.json", "model.json"
_HALF_MAX = 65504.0

_INSTEAD = {"nano": "it is one small documented table already (docs/format.md)"}


def write_whole(artefact: Artefact, folder: Path) -> None:
    """Write ``model.onnx``, ``tokenizer.json`` and ``model.json`` into ``folder``.

    The file takes ``input_ids`` and ``attention_mask``, int64 [1, T], and gives ``logits`` and
    ``probabilities``, float32 [1, C]; model.json has the classes, the token limit and a sentence on
    how to feed it. An isotonic calibration is no operation of ONNX: its knots go into model.json,
    and the file's probabilities are those of the temperature before them. Raises UserError for a
    student that is no micro.
    """
    try:
        import onnx
    except ImportError:
        raise MissingExtra("writing ONNX", "train") from None
    kind = artefact.manifest["student"].get("kind")
    if kind != "micro":
        raise UserError(
            f"{artefact.path} is of the kind {kind}, and hashing n-grams is no operation of ONNX; "
            + _INSTEAD.get(str(kind), "fit again with --student micro")
        )
    model = onnx.load(str(artefact.file("encoder.onnx")))
    _add_head(onnx, model, artefact)
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / MODEL_FILE))
    (folder / TOKENIZER_FILE).write_bytes(artefact.file("tokenizer.json").read_bytes())
    facts = {
        "classes": artefact.manifest["classes"],
        "max_tokens": artefact.manifest["student"]["max_tokens"],
        "use": "cut a text to 20,000 characters, tokenise without padding, cut to max_tokens with "
        "the special tokens counted, run one text at a time with an attention mask of ones",
    }
    if artefact.manifest["calibration"].get("knots"):
        facts["knots"] = artefact.manifest["calibration"]["knots"]
    text = json.dumps(facts, ensure_ascii=False, indent=2) + "\n"
    (folder / FACTS_FILE).write_text(text, encoding="utf-8")


def _add_head(onnx: Any, model: Any, artefact: Artefact) -> None:
    """readouts -> chosen -> by way of float16 to length one -> head -> logits -> probabilities."""
    graph, helper = model.graph, onnx.helper
    made = Calibration.from_dict(artefact.manifest["calibration"], len(artefact.weight("bias")))
    one = np.ones(len(artefact.weight("bias")), np.float32)
    constants = {
        "nn_which": artefact.weight("readouts").astype(np.int64),
        "nn_low": np.float32(-_HALF_MAX),
        "nn_high": np.float32(_HALF_MAX),
        "nn_tiny": np.float32(1e-12),
        "nn_axis": np.array([2], np.int64),
        "nn_flat": np.array([1, -1], np.int64),
        "nn_head": artefact.weight("head"),
        "nn_bias": artefact.weight("bias"),
        "nn_weights": np.array(made.weights or one, np.float32),
        "nn_biases": np.array(made.biases or 0 * one, np.float32),
        "nn_heat": np.float32(made.temperature),
    }
    for name, value in constants.items():
        graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(value), name))
    half, full = onnx.TensorProto.FLOAT16, onnx.TensorProto.FLOAT
    steps = [
        ("Gather", [graph.output[0].name, "nn_which"], "nn_chosen", {"axis": 1}),
        ("Clip", ["nn_chosen", "nn_low", "nn_high"], "nn_clipped", {}),
        ("Cast", ["nn_clipped"], "nn_half", {"to": half}),
        ("Cast", ["nn_half"], "nn_rounded", {"to": full}),
        ("ReduceL2", ["nn_rounded", "nn_axis"], "nn_length", {"keepdims": 1}),
        ("Max", ["nn_length", "nn_tiny"], "nn_positive", {}),
        ("Div", ["nn_rounded", "nn_positive"], "nn_unit", {}),
        ("Reshape", ["nn_unit", "nn_flat"], "nn_features", {}),
        ("MatMul", ["nn_features", "nn_head"], "nn_product", {}),
        ("Add", ["nn_product", "nn_bias"], "logits", {}),
        ("Mul", ["logits", "nn_weights"], "nn_weighed", {}),
        ("Add", ["nn_weighed", "nn_biases"], "nn_moved", {}),
        ("Div", ["nn_moved", "nn_heat"], "nn_tempered", {}),
        ("Softmax", ["nn_tempered"], "probabilities", {"axis": 1}),
    ]
    for op, inputs, output, attributes in steps:
        graph.node.append(helper.make_node(op, inputs, [output], **attributes))
    shape = [1, len(artefact.weight("bias"))]
    del graph.output[:]
    for name in ("logits", "probabilities"):
        graph.output.append(helper.make_tensor_value_info(name, full, shape))


class WholeScorer:
    """A folder of :func:`write_whole`, run; so that the gate can ask it what it asks any model."""

    exact = False

    def __init__(self, folder: Path, beside: MicroScorer) -> None:
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise MissingExtra("running ONNX", "onnx") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors share no public base
            raise FormatError(f"{folder / MODEL_FILE} does not run ({error})") from error
        facts = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(facts["max_tokens"])
        self.bias, self.class_count = beside.bias, beside.class_count
        self._beside = beside

    def logits(self, texts: Sequence[str], threads: int | None = None) -> Floats:
        """float32 [n, C]; one text a run, one thread."""
        out = np.empty((len(texts), self.class_count), np.float32)
        for row, text in enumerate(texts):
            clean = text[:20_000].encode("utf-8", "replace").decode("utf-8")
            ids = np.array([self._tokenizer.encode(clean).ids or [0]], np.int64)
            feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
            out[row] = self._session.run(["logits"], feed)[0][0]
        return out

    def best(
        self, texts: Sequence[str], names: tuple[str, ...], threads: int | None = None
    ) -> list[str]:
        """The name of the likeliest class of each text."""
        return best_names(self.logits(texts, threads), names)

    def answering(self, text: str) -> MicroScorer:
        """The student that this file was made from."""
        return self._beside

    def evidence(self, text: str, column: int) -> list[tuple[str, float]]:
        """That of the student it was made from."""
        return self._beside.evidence(text, column)
