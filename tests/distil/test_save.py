"""Saved encoders open again, in the encode room too, and compute what the member computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training an encoder needs torch")

from _toy import task  # noqa: E402
from nanonet.distil import (  # noqa: E402
    distil,
    find_place,
    find_preset,
    open_encoder,
    save_encoder,
    score,
)
from nanonet.distil.members import make_teacher  # noqa: E402
from nanonet.encode import Readout, load_encoder  # noqa: E402
from nanonet.errors import UserError  # noqa: E402

TEXTS, Y, POOL, _ = task()
SHORT = find_preset("cohort").but(
    steps=4, warm_teacher=2, labelled_batch=4, unlabelled_batch=8, max_tokens=32
)


@pytest.mark.parametrize("mode", ["bias", "lora"])
@pytest.mark.parametrize("kind", ["bert", "roberta", "modernbert"])
def test_a_saved_member_is_the_member(folders, tmp_path: Path, kind, mode):
    preset = SHORT.but(teacher_mode=mode, student_mode=mode, lr_teacher=0.01)
    done = distil(
        folders(kind), TEXTS, Y, 2, POOL, preset, seed=0, device="cpu", precision="float32"
    )
    for number, member in enumerate((done.teacher, *done.micros)):
        logits = score(member, POOL)
        folder = save_encoder(member, tmp_path / str(number))
        np.testing.assert_array_equal(score(member, POOL), logits)
        encoder = load_encoder(folder, cache_dir=tmp_path / "cache", backend="torch")
        place = list(encoder.readouts).index(Readout(len(member.reader.encoder.model.config
                     .layer_types) if kind == "modernbert" else member.reader.encoder.layers,
                     "mean"))  # fmt: skip
        vectors = encoder.encode(POOL)[:, place].astype(np.float32)
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        head, bias = member.reader.head_arrays()
        np.testing.assert_allclose(unit @ head + bias, logits, atol=0.02)


def test_the_same_state_gives_the_same_bytes(folders, tmp_path: Path):
    encoder = open_encoder(folders("bert"))
    teacher = make_teacher(encoder, [Readout(3, "mean")], 2, "lora")
    one, two = (save_encoder(teacher, tmp_path / name) for name in "ab")
    names = sorted(file.name for file in one.iterdir())
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(names)
    assert names == sorted(file.name for file in two.iterdir())
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in names)
    assert str(folders("bert")).encode() not in b"".join(f.read_bytes() for f in one.iterdir())
    with pytest.raises(UserError, match="already there"):
        save_encoder(teacher, one)


def test_an_untouched_teacher_saves_as_the_encoder_it_was(folders, tmp_path: Path):
    encoder = open_encoder(folders("bert"))
    texts, place = POOL[:4], find_place("cpu", "float32")
    wanted = encoder.vectors(texts, [Readout(3, "mean")], place)
    teacher = make_teacher(encoder, [Readout(3, "mean")], 2, "lora")
    again = open_encoder(save_encoder(teacher, tmp_path / "saved"))
    np.testing.assert_allclose(again.vectors(texts, [Readout(3, "mean")], place), wanted, atol=1e-6)


def test_biases_without_a_place_are_not_lost_in_silence(tmp_path: Path):
    import transformers as hf

    from _tiny import tiny_encoder

    folder = tiny_encoder(tmp_path / "t5")
    config = hf.T5Config(vocab_size=120, d_model=32, d_kv=16, d_ff=48, num_layers=2, num_heads=2)
    hf.T5EncoderModel(config).save_pretrained(folder)
    encoder = open_encoder(folder)
    teacher = make_teacher(encoder, [Readout(2, "mean")], 2, "bias")
    with pytest.raises(UserError, match="no place for some of the trained biases"):
        save_encoder(teacher, tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


def test_scores_do_not_depend_on_the_batch(folders):
    done = distil(
        folders("bert"), TEXTS, Y, 2, POOL, SHORT, seed=0, device="cpu", precision="float32"
    )
    for member in (done.teacher, *done.micros, done.nano):
        together = score(member, POOL, batch=7)
        alone = np.concatenate([score(member, [text]) for text in POOL[:9]])
        np.testing.assert_allclose(together[:9], alone, atol=1e-4)
        assert score(member, []).shape == (0, 2)
