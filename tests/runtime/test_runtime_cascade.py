"""Ensemble and cascade: who answers, on which scale, and what of a damaged one is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nanonet
from _models import CLASSES, SPEC, TEXTS, micro_weights, nano_weights, write_nano
from _tiny import tiny_encoder
from nanonet.artefact import write_artefact
from nanonet.cli import run
from nanonet.encode import load_encoder
from nanonet.errors import FormatError

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")
BOTH = {"nano_temperature": 0.8, "micro_temperature": 1.3, "nano_weight": 0.5}
RULE = {**BOTH, "threshold": 0.6, "joint_temperature": 1.1}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("cascade")
    return load_encoder(str(tiny_encoder(home / "hf")), cache_dir=home / "c", backend="onnx")


def write_cascade(path: Path, encoder: Any, kind: str = "cascade", **changes: Any) -> Path:
    micro = {f"micro_{name}": array for name, array in micro_weights().items()}
    rule = {**(RULE if kind == "cascade" else BOTH), **changes}
    return write_artefact(
        path,
        classes=CLASSES,
        student={"kind": kind, "featuriser": SPEC.to_dict(), "max_tokens": 12, **rule},
        weights={**nano_weights(), **micro},
        calibration={"kind": "temperature", "temperature": 1.0},
        extra_files={"encoder.onnx": encoder.onnx_path, "tokenizer.json": encoder.tokenizer_path},
    )


def students(home: Path, encoder: Any) -> tuple[Any, Any]:
    """The same two students as models of their own."""
    nano = write_nano(home / "nano", calibration={"kind": "temperature", "temperature": 0.8})
    micro = write_artefact(
        home / "micro",
        classes=CLASSES,
        student={"kind": "micro", "max_tokens": 12},
        weights=micro_weights(),
        calibration={"kind": "temperature", "temperature": 1.3},
        extra_files={"encoder.onnx": encoder.onnx_path, "tokenizer.json": encoder.tokenizer_path},
    )
    return nanonet.load(nano), nanonet.load(micro)


def by_hand(nano: Any, micro: Any, heat: float) -> Any:
    """The product of both students' probabilities, the one of nano to the power of its weight."""
    joint = micro.predict_proba(TEXTS).astype(np.float64)
    joint *= nano.predict_proba(TEXTS).astype(np.float64) ** 0.5
    joint = joint ** (1 / heat)
    return joint / joint.sum(axis=1, keepdims=True)


def test_an_ensemble_multiplies(tmp_path: Path, encoder: Any) -> None:
    model = nanonet.load(write_cascade(tmp_path / "m", encoder, "ensemble"))
    found = model.predict_proba(TEXTS)
    np.testing.assert_allclose(found, by_hand(*students(tmp_path, encoder), 1.0), atol=1e-6)
    alone = np.concatenate([model.predict_proba([text]) for text in TEXTS])
    assert np.array_equal(alone, found)
    assert np.array_equal(model.predict_proba(TEXTS, threads=1), found)
    assert model.predict(TEXTS) == [CLASSES[c] for c in found.argmax(axis=1)]
    assert model.predict([]) == []
    said = model.explain(TEXTS[0], top=None)
    assert (said.label, said.exact) == (model.predict(TEXTS[:1])[0], False)
    words = TEXTS[0].split()
    assert {part for part, _ in said.evidence} == set(words)
    column, cut = CLASSES.index(said.label), " ".join(words[:-1])
    fall = model.decision_logits([TEXTS[0]]) - model.decision_logits([cut + " "])
    if words.count(words[-1]) == 1:
        assert dict(said.evidence)[words[-1]] == pytest.approx(fall[0, column], abs=1e-5)


def test_sure_texts_are_nanos_and_the_others_go_to_both(tmp_path: Path, encoder: Any) -> None:
    model = nanonet.load(write_cascade(tmp_path / "m", encoder))
    nano, micro = students(tmp_path, encoder)
    ours, theirs = nano.predict_proba(TEXTS), by_hand(nano, micro, 1.1)
    sure = ours.max(axis=1) >= 0.6
    assert 0 < sure.sum() < len(TEXTS)  # both have something to answer
    wanted = np.where(sure[:, None], ours, theirs)
    np.testing.assert_allclose(model.predict_proba(TEXTS), wanted, atol=1e-6)
    assert model.predict(TEXTS) == [CLASSES[c] for c in wanted.argmax(axis=1)]
    alone = np.concatenate([model.predict_proba([text]) for text in TEXTS])
    assert np.array_equal(alone, model.predict_proba(TEXTS))
    assert np.array_equal(model.predict_proba(TEXTS, threads=1), alone)
    assert model.predict([]) == []


@pytest.mark.parametrize(("threshold", "who"), [(0.0, 0), (1.0, 1)])
def test_at_its_ends_it_is_one_of_the_two(
    tmp_path: Path, encoder: Any, threshold: float, who: int
) -> None:
    alone = {"threshold": threshold, "nano_weight": 0, "joint_temperature": 1.0}
    model = nanonet.load(write_cascade(tmp_path / "m", encoder, **alone))
    one = students(tmp_path, encoder)[who]
    np.testing.assert_allclose(model.predict_proba(TEXTS), one.predict_proba(TEXTS), atol=1e-6)


def test_explanations_are_those_of_who_answers(tmp_path: Path, encoder: Any) -> None:
    model = nanonet.load(write_cascade(tmp_path / "m", encoder))
    nano = students(tmp_path, encoder)[0]
    both = nanonet.load(write_cascade(tmp_path / "b", encoder, "ensemble"))
    sure = nano.predict_proba(TEXTS).max(axis=1) >= 0.6
    for text, by_nano in zip(TEXTS, sure, strict=True):
        found = model.explain(text, top=None)
        one = (nano if by_nano else both).explain(text, top=None)
        assert (found.label, found.exact) == (one.label, bool(by_nano))
        assert found.confidence == pytest.approx(float(model.predict_proba([text]).max()))
        assert [part for part, _ in found.evidence] == [part for part, _ in one.evidence]
        if by_nano:
            total = found.bias + found.rest + sum(value for _, value in found.evidence)
            assert total == pytest.approx(found.logit, abs=1e-4)


@pytest.mark.parametrize("kind", ["ensemble", "cascade"])
def test_the_verbs_take_it(
    tmp_path: Path, encoder: Any, kind: str, capfd: pytest.CaptureFixture
) -> None:
    model = str(write_cascade(tmp_path / "m", encoder, kind))
    table = tmp_path / "t.csv"
    table.write_text("text,label\ngreat goal,sport\nthe bank,business\n")
    for verb in (["info", model], ["explain", model, "the bank"], ["evaluate", model, str(table)],
                 ["predict", model, str(table), "--out", str(tmp_path / "o.csv")]):  # fmt: skip
        assert run(verb) == 0, capfd.readouterr().err
    card, said = (tmp_path / "m" / "README.md").read_text("utf-8"), capfd.readouterr().out
    assert "nano_weight: 0.5" in said
    if kind == "cascade":
        assert "threshold: 0.6" in said
        assert "less than 60% sure" in card
    else:
        assert "whose probabilities are multiplied" in card


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"threshold": 1.5}, "0 to 1"),
        ({"threshold": None}, "threshold is None"),
        ({"nano_temperature": 0.0}, "above 0"),
        ({"micro_temperature": "1"}, "must be a number"),
        ({"nano_weight": -0.5}, "0 or more"),
        ({"joint_temperature": None}, "joint_temperature is None"),
    ],
)
def test_a_rule_that_is_none_is_refused(
    tmp_path: Path, encoder: Any, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(FormatError, match=message):
        nanonet.load(write_cascade(tmp_path / "m", encoder, **changes))
