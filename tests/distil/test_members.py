"""Teacher, micro and nano: what they compute, what of them is trained, what is shipped."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training an encoder needs torch")

from _encoders import KINDS, tiny_model  # noqa: E402
from nanonet.distil.bags import bag, vocabulary  # noqa: E402
from nanonet.distil.batch import Batch, no_grams, pad  # noqa: E402
from nanonet.distil.cut import cut_layers, resolve_layers  # noqa: E402
from nanonet.distil.encoder import open_encoder  # noqa: E402
from nanonet.distil.members import (  # noqa: E402
    NanoStudent,
    cut_student,
    make_teacher,
    student_readouts,
)
from nanonet.encode import Readout  # noqa: E402
from nanonet.errors import UserError  # noqa: E402
from nanonet.text import GramSpec, featurise  # noqa: E402

IDS = torch.tensor([[2, 7, 8, 9, 3], [2, 11, 12, 3, 0]])
MASK = (IDS != 0).long()
TEXTS = ["the market was great", "good good team", "", "a bad movie"]
READOUTS = (Readout(3, "mean"), Readout(2, "first"))


def states(model):
    with torch.no_grad():
        out = model(input_ids=IDS, attention_mask=MASK, output_hidden_states=True)
    return [state * MASK[..., None] for state in out.hidden_states]


def read(encoder, texts):
    tokens = pad(encoder.tokenise(texts), encoder.margins, encoder.pad_id)
    return Batch(*tokens, *no_grams(len(texts)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_layers_compute_what_they_did(kind):
    model = tiny_model(kind)
    whole = states(model)
    cut = states(cut_layers(model, (1, 2)))
    assert len(cut) == 3
    # ModernBERT norms the last state of all, which here is another one
    for found, wanted in list(zip(cut, whole, strict=False))[: 2 if kind == "modernbert" else 3]:
        torch.testing.assert_close(found, wanted)
    assert all(a.equal(b) for a, b in zip(states(model), whole, strict=True)), "it was changed"


@pytest.mark.parametrize("layers", [(3,), (2, 3), (1, 3)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_model_survives_saving(kind, layers, tmp_path: Path):
    from transformers import AutoModel

    cut = cut_layers(tiny_model(kind), layers)
    cut.save_pretrained(tmp_path)
    again, info = AutoModel.from_pretrained(
        tmp_path, attn_implementation="eager", output_loading_info=True
    )
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    for found, wanted in zip(states(again.eval()), states(cut), strict=True):
        torch.testing.assert_close(found, wanted)


def test_layers_count_from_either_end():
    assert resolve_layers((1, 2), 6) == (1, 2)
    assert resolve_layers((-2, -1), 6) == (5, 6)
    for wrong in [(), (0,), (2, 1), (1, 1), (5, 7), (-7,)]:
        with pytest.raises(UserError, match="encoder of 6 layers"):
            resolve_layers(wrong, 6)


def test_encoders_that_cannot_be_cut():
    import transformers as hf

    albert = hf.AlbertModel(
        hf.AlbertConfig(
            vocab_size=50, embedding_size=8, hidden_size=16, num_attention_heads=2,
            num_hidden_layers=3, intermediate_size=16,
        )
    )  # fmt: skip
    t5 = hf.T5EncoderModel(
        hf.T5Config(vocab_size=50, d_model=16, d_kv=8, d_ff=16, num_layers=3, num_heads=2)
    )
    with pytest.raises(UserError, match="AlbertModel"):
        cut_layers(albert, (1,))
    with pytest.raises(UserError, match="layers are not alike"):
        cut_layers(t5, (2, 3))


def test_teacher_logits_are_the_head_on_unit_readouts(folders):
    encoder = open_encoder(folders("bert"))
    teacher = make_teacher(encoder, READOUTS, 4, "bias")
    torch.nn.init.normal_(teacher.reader.head.weight)
    batch = read(encoder, TEXTS)
    with torch.no_grad():
        found = teacher.logits(batch).numpy()
    from nanonet.distil.device import find_place

    vectors = encoder.vectors(TEXTS, READOUTS, find_place("cpu", "float32"))
    unit = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    head, bias = teacher.reader.head_arrays()
    np.testing.assert_allclose(found, unit.reshape(4, -1) @ head + bias, atol=1e-5)


@pytest.mark.parametrize("mode", ["frozen", "bias", "lora", "full"])
def test_trained_and_deployed_parameters(folders, mode):
    encoder = open_encoder(folders("bert"))
    stock = sum(p.numel() for n, p in encoder.model.named_parameters() if "pooler" not in n)
    student = cut_student(encoder, (2,), READOUTS, 4, mode)
    teacher = make_teacher(encoder, READOUTS, 4, mode)
    head = 2 * 32 * 4 + 4
    assert teacher.deployed_parameters == stock + head
    assert sum(p.numel() for _, p in teacher.parameters_trained()) == teacher.tuned.trainable + head
    assert student.deployed_parameters < teacher.deployed_parameters
    assert sum(p.numel() for _, p in student.parameters_trained()) == (
        student.tuned.trainable + head + 32 * 32
    )


def test_a_student_shares_no_tensor_with_its_teacher(folders):
    encoder = open_encoder(folders("bert"))
    student = cut_student(encoder, (1, 2), READOUTS, 4, "full")
    before = copy.deepcopy(encoder.model.state_dict())
    with torch.no_grad():
        for _, parameter in student.parameters_trained():
            parameter.add_(1.0)
    after = encoder.model.state_dict()
    assert all(after[name].equal(before[name]) for name in before)


def test_readouts_of_missing_layers_move_to_the_last():
    assert student_readouts(READOUTS, (2, 3)) == (Readout(2, "mean"), Readout(1, "first"))
    assert student_readouts(READOUTS, (1,)) == (Readout(1, "mean"), Readout(1, "first"))
    both = (Readout(3, "mean"), Readout(2, "mean"))
    assert student_readouts(both, (1,)) == (Readout(1, "mean"),)


def test_nano_logits_are_those_of_the_shipped_model(tmp_path: Path):
    from _models import write_nano
    from nanonet.runtime import load
    from nanonet.students import quantise_rows

    spec = GramSpec()
    grams = featurise(TEXTS, spec)
    keys = vocabulary(featurise(TEXTS[:2], spec), grams)
    student = NanoStudent(keys, 3, spec)
    student.rows.weight.data = torch.randn(len(keys), 3, generator=torch.manual_seed(0))
    student.bias.data = torch.tensor([0.5, -0.25, -0.25])
    rows = np.arange(4)
    batch = Batch(*pad([[1]] * 4, (0, 0), 0), *bag(grams, keys).take(rows))
    with torch.no_grad():
        found = student.logits(batch).numpy()
    found = found - found.mean(1, keepdims=True)
    table = quantise_rows(*student.table(), np.ones(len(keys), np.float32), 4.0)
    wanted = load(write_nano(tmp_path / "nano", table.weights())).decision_logits(TEXTS)
    np.testing.assert_allclose(found, wanted, atol=0.05)
    assert student.deployed_parameters == 3 * (len(keys) + 1)


def test_the_vocabulary_is_what_occurs():
    spec = GramSpec(word_ngrams=1)
    labelled, pool = featurise(["one two"], spec), featurise(["two three three", "four"], spec)
    keys = vocabulary(labelled, pool)
    assert (np.diff(keys.astype(np.int64)) > 0).all()
    assert set(keys) == set(featurise(["one two three"], spec).ids)
    bags = bag(featurise(["four one", "four"], spec), keys)
    grams, offsets, sizes = bags.take(np.array([1, 0]))
    assert (grams.tolist(), offsets.tolist()) == ([int(np.searchsorted(keys, labelled.ids[0]))],
                                                  [0, 0])  # fmt: skip
    assert sizes.tolist() == [1, 2]
