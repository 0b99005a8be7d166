"""Odd and wrong arguments: what works says so, what does not is refused in one sentence."""

from __future__ import annotations

import shutil

import pytest

import nanonet
from _corpus import labelled, pool, test_rows
from nanonet import UserError
from nanonet.data import ClassSpec
from nanonet.encode import load_encoder

TEXTS = ["my parcel is late", "give me my money back", "where is the parcel", "refund me"]
LABELS = ["delivery", "refund", "delivery", "refund"]
TWO = (ClassSpec("delivery"), ClassSpec("refund"))

BAD = {
    "label not in the classes": ({"labels": ["delivery", "refund", "x", "refund"]}, "'x'"),
    "one class": ({"labels": ["delivery"] * 4, "classes": None}, "only the class 'delivery'"),
    "no labels and no classes": ({"texts": [], "labels": [], "classes": None}, "no labelled text"),
    "a class without a label": (
        {"classes": (*TWO, ClassSpec("praise"))},
        "'praise' has no labelled text",
    ),
    "more texts than labels": ({"labels": LABELS[:3]}, "4 texts but 3 labels"),
    "empty text": ({"texts": [*TEXTS[:3], "  \n"]}, "texts[3] is empty"),
    "empty text in the pool": ({"pool": ["a", ""]}, "pool[1] is empty"),
    "a number for a text": ({"texts": [*TEXTS[:3], 7]}, "texts[3] is a int, 7"),
    "nothing for a text": ({"pool": ["a", None]}, "pool[1] is a NoneType"),
    "texts is one string": ({"texts": "good"}, "texts is one string"),
    "pool is one string": ({"pool": "a pile of texts"}, "pool is one string"),
    "pool is bytes": ({"pool": b"abc"}, "pool is one string"),
    "test_texts is one string": ({"test_texts": "a test"}, "test_texts is one string"),
    "labels is one string": ({"labels": "drdr", "classes": None}, "labels is one string"),
    "no label": ({"labels": [*LABELS[:3], None]}, "labels[3] is None"),
    "a blank label": ({"labels": [*LABELS[:3], " "]}, "labels[3] is ' '"),
    "a label that is no number": ({"labels": [1.0, 2.0, 1.0, float("nan")]}, "labels[3] is nan"),
    "nothing but names": ({"texts": [], "labels": []}, "no labels and only 0 different texts"),
    "names and too few texts": (
        {"texts": [], "labels": [], "pool": [f"text {i}" for i in range(20)] * 5},
        "only 20 different texts in the pool",
    ),
    "no student": ({"student": "mega"}, "auto, nano, micro"),
    "no size": ({"max_mb": 0}, "max_mb is 0"),
    "a size that is no number": ({"max_mb": "4"}, "max_mb is '4'"),
    "nan for a size": ({"max_mb": float("nan")}, "max_mb is nan"),
    "negative seed": ({"seed": -1}, "seed is -1"),
    "a seed that is no number": ({"seed": "7"}, "seed is '7'"),
    "no encoder": ({"encoder": "/nowhere/at/all"}, "/nowhere/at/all"),
}


@pytest.mark.parametrize("case", BAD)
def test_refusals(case, tmp_path):
    """Before any work: nothing has been written into the cache."""
    changes, word = BAD[case]
    arguments = {"texts": TEXTS, "labels": LABELS, "pool": [], "classes": TWO, **changes}
    texts, labels = arguments.pop("texts"), arguments.pop("labels")
    with pytest.raises(UserError) as refused:
        nanonet.fit(texts, labels, cache_dir=tmp_path, **arguments)
    assert word in str(refused.value)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.rglob("*.onnx")) == list(tmp_path.rglob("*.keys")) == []


def test_all_wrong_settings_are_told_at_once(tmp_path):
    with pytest.raises(UserError) as refused:
        nanonet.fit(
            TEXTS, LABELS, student="mega", effort="huge", max_mb=-1, seed=-2, cache_dir=tmp_path
        )
    for word in ("student is 'mega'", "effort is 'huge'", "max_mb is -1", "seed is -2"):
        assert word in str(refused.value)


@pytest.mark.parametrize(("student", "word"), [("micro", "is 2. MB"), ("nano", "at least 0")])
def test_a_size_too_small_for_the_student(fit, student, word):
    texts, labels = labelled()
    with pytest.raises(UserError, match=word):
        fit(texts, labels, student=student, max_mb=0.05)


def test_a_size_between_the_two_leaves_only_nano(fit):
    texts, labels = labelled()
    model = fit(texts, labels, pool=pool(), max_mb=1)
    assert model.report.student["kind"] == "nano"
    assert "larger than allowed" in model.report.student["why"]


def test_numbers_as_labels_become_names(fit):
    model = fit(TEXTS, [1, 2, 1, 2])
    assert model.classes_ == ["1", "2"]
    assert model.predict(TEXTS[:2]) == ["1", "2"]


def test_a_class_with_one_label(fit):
    texts, labels = labelled()
    first = labels.index("fines_and_fees")
    keep = [i for i, label in enumerate(labels) if label != "fines_and_fees" or i == first]
    model = fit([texts[i] for i in keep], [labels[i] for i in keep], pool=pool(60))
    assert model.report.gate["chosen"] == "readouts"
    assert model.report.gate["trials"] == ()
    assert any("'fines_and_fees'" in line for line in model.report.advice)
    answers = model.micro.predict(test_rows()[0])
    right = [a == b for a, b in zip(answers, test_rows()[1], strict=True)]
    assert sum(right) > 0.5 * len(right)


def test_a_pool_of_the_labelled_texts_alone_is_as_none_and_told(fit):
    texts, labels = labelled()
    model, without = fit(texts, labels, pool=texts), fit(texts, labels)
    assert model.report.pool["rows"] == 0
    assert model.report.guard["pool_in_labelled"] == len(texts)
    assert any("adds nothing" in note for note in model.report.notes)
    rows = test_rows()[0]
    assert (model.predict_proba(rows) == without.predict_proba(rows)).all()


def test_test_texts_are_kept_out_of_training(fit):
    texts, labels = labelled()
    leaks = [texts[0], pool()[5].upper(), pool()[9]]
    model = fit(texts, labels, pool=pool(60), test_texts=leaks)
    assert model.report.guard["labelled_in_test"] == 1
    assert model.report.guard["pool_in_test"] == 2
    assert model.report.labelled["rows"] == len(texts) - 1
    assert len(model.report.notes) >= 2


def test_the_classes_keep_the_order_of_their_file(fit):
    model = fit(TEXTS, LABELS, classes=TWO[::-1])
    assert model.classes_ == ["refund", "delivery"]
    assert model.predict(TEXTS) == LABELS


def test_an_encoder_that_cannot_be_shipped_leaves_only_nano(tmp_path):
    """Longformer has no ONNX export, so a micro student could be trained but never saved."""
    transformers = pytest.importorskip("transformers", reason="makes an encoder")
    from _tiny import tiny_encoder

    tiny = tiny_encoder(tmp_path / "tiny")
    config = transformers.LongformerConfig(
        vocab_size=200,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=130,
        attention_window=8,
    )
    transformers.LongformerModel(config).save_pretrained(tmp_path / "long")
    shutil.copy(tiny / "tokenizer.json", tmp_path / "long")
    if load_encoder(tmp_path / "long", cache_dir=tmp_path / "cache").onnx_path is not None:
        pytest.skip("this version of torch can export Longformer")
    settings = {"encoder": tmp_path / "long", "cache_dir": tmp_path / "cache"}
    model = nanonet.fit(TEXTS, LABELS, **settings)  # no pool: where it can, auto takes micro
    assert model.report.student["kind"] == "nano"
    model.save(tmp_path / "model")
    with pytest.raises(UserError, match="--student nano"):
        nanonet.fit(TEXTS, LABELS, student="micro", **settings)
