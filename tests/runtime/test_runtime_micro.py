"""The micro scorer on a real (tiny, random) BERT, against torch-free arithmetic done by hand."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import nanonet
from _models import CLASSES, TEXTS, micro_weights
from _tiny import tiny_encoder
from nanonet.artefact import write_artefact
from nanonet.encode import load_encoder
from nanonet.errors import FormatError, MissingExtra
from nanonet.runtime import MicroScorer
from nanonet.runtime._onnx import OnnxReadouts

pytest.importorskip("torch")
onnxruntime = pytest.importorskip("onnxruntime")
tokenizers = pytest.importorskip("tokenizers")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory):
    """The tiny BERT as the encode room prepares any encoder: ten readouts, exported to ONNX."""
    home = tmp_path_factory.mktemp("micro")
    folder = tiny_encoder(home / "hf")
    return load_encoder(str(folder), cache_dir=home / "cache", backend="onnx")


@pytest.fixture(scope="module")
def encoder(source) -> tuple[Path, Path]:
    return source.onnx_path, source.tokenizer_path


def write_micro(path: Path, encoder: tuple[Path, Path], **weights: np.ndarray) -> Path:
    return write_artefact(
        path,
        classes=CLASSES,
        student={"kind": "micro", "max_tokens": 12},
        weights={**micro_weights(), **weights},
        extra_files={"encoder.onnx": encoder[0], "tokenizer.json": encoder[1]},
    )


def by_hand(texts: list[str], encoder: tuple[Path, Path]) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(encoder[0]))
    tokenizer = tokenizers.Tokenizer.from_file(str(encoder[1]))
    tokenizer.no_truncation()
    weights, rows = micro_weights(), []
    for text in texts:
        ids = tokenizer.encode(text.encode("utf-8", "replace").decode()).ids
        ids = [*ids[:11], ids[-1]] if len(ids) > 12 else ids
        feed = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), np.int64)}
        out = session.run(["readouts"], feed)[0][0]
        parts = [out[k] / np.linalg.norm(out[k]) for k in weights["readouts"]]
        rows.append(np.concatenate(parts) @ weights["head"] + weights["bias"])
    return np.array(rows)


def test_scores_follow_the_formula_and_keep_the_order(
    tmp_path: Path, encoder: tuple[Path, Path]
) -> None:
    model = nanonet.load(write_micro(tmp_path / "m", encoder))
    texts = [*TEXTS, "good " * 30, "\ud800 bad", "x" * 100_000]
    found = model.decision_logits(texts)
    np.testing.assert_allclose(found, by_hand(texts, encoder), atol=5e-3)  # float16 on the way
    for text, row in zip(texts, found, strict=True):
        assert np.array_equal(model.decision_logits([text])[0], row)
    assert model.predict([]) == []
    assert model.predict_proba([]).shape == (0, 3)


def test_as_many_threads_as_asked_for_give_the_same_numbers(
    tmp_path: Path, encoder: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = nanonet.load(write_micro(tmp_path / "m", encoder))
    wanted = model.decision_logits(TEXTS)
    used: set[str] = set()
    run = OnnxReadouts._run

    def noted(self: OnnxReadouts, ids: list[int]) -> np.ndarray:
        used.add(threading.current_thread().name)
        return run(self, ids)

    monkeypatch.setattr(OnnxReadouts, "_run", noted)
    assert np.array_equal(model.decision_logits(TEXTS, threads=1), wanted)
    assert used == {threading.current_thread().name}
    assert np.array_equal(model.decision_logits(TEXTS, threads=3), wanted)
    assert model.predict(TEXTS, threads=1) == model.predict(TEXTS, threads=3)


def test_texts_are_cut_at_max_tokens(tmp_path: Path, encoder: tuple[Path, Path]) -> None:
    model = nanonet.load(write_micro(tmp_path / "m", encoder))
    ten = "the movie was not good and the goal was great"
    assert np.array_equal(
        model.decision_logits([ten]), model.decision_logits([ten + " bank oil stock"])
    )
    assert not np.array_equal(model.decision_logits([ten]), model.decision_logits([ten[:-6]]))


def test_evidence_is_the_fall_when_words_are_left_out(
    tmp_path: Path, encoder: tuple[Path, Path]
) -> None:
    model = nanonet.load(write_micro(tmp_path / "m", encoder))
    told = model.explain("bad  movie, good", top=None)
    assert not told.exact
    assert {w for w, _ in told.evidence} == {"bad", "movie,", "good"}
    column = CLASSES.index(told.label)
    full, without = model.decision_logits(["bad  movie, good", "bad  movie, "])[:, column]
    assert dict(told.evidence)["good"] == pytest.approx(float(full - without), abs=1e-6)
    assert model.explain("").evidence == ()
    assert len(model.explain("word " * 200, top=None).to_dict()["evidence"]) == 1
    many = model.explain(" ".join(f"w{i}" for i in range(200)), top=None)
    assert len(many.evidence) <= 64


def test_vectors_are_those_of_the_encode_room(source) -> None:
    """Training and deployment must see the same numbers, to the bit."""
    texts = [t for t in TEXTS if t] + ["", "\ud800 bad"]
    half = source.encode(texts)
    which = np.array([0, half.shape[1] - 1], np.int32)
    dim = half.shape[2]
    head = np.eye(2 * dim, dtype=np.float32)
    scorer = MicroScorer(
        source.onnx_path,
        source.tokenizer_path,
        readouts=which,
        head=head,
        bias=np.zeros(2 * dim, np.float32),
        max_tokens=source.max_tokens,
    )
    chosen = half[:, which].astype(np.float32)
    chosen /= np.maximum(np.linalg.norm(chosen, axis=2, keepdims=True), 1e-12)
    assert np.array_equal(scorer.logits(texts), chosen.reshape(len(texts), -1))


def test_what_does_not_fit_is_refused(tmp_path: Path, encoder: tuple[Path, Path]) -> None:
    head = micro_weights()["head"]
    with pytest.raises(FormatError, match="head is float32"):
        nanonet.load(write_micro(tmp_path / "a", encoder, head=head[:-1].copy()))
    with pytest.raises(FormatError, match="readouts are not positions among 10"):
        nanonet.load(write_micro(tmp_path / "b", encoder, readouts=np.array([0, 10], np.int32)))
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(FormatError, match="cannot be opened"):
        nanonet.load(write_micro(tmp_path / "c", (broken, encoder[1])))


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_without_its_packages_the_error_names_the_extra(
    tmp_path: Path,
    encoder: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    package: str,
) -> None:
    path = write_micro(tmp_path / "m", encoder)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=r"micro students .*nanonet\[onnx\]"):
        nanonet.load(path)
