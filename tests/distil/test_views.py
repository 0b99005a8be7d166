"""Each view changes what it says, keeps special tokens, and obeys its generator."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="views work on torch tensors")

from nanonet.distil.bags import bag  # noqa: E402
from nanonet.distil.batch import Batch, pad  # noqa: E402
from nanonet.distil.encoder import open_encoder  # noqa: E402
from nanonet.distil.views import (  # noqa: E402
    VIEWS,
    adversarial,
    find_view,
    set_dropout,
)
from nanonet.errors import UserError  # noqa: E402
from nanonet.text import GramSpec, featurise  # noqa: E402

CLS, SEP, PAD = 900, 901, 0
LENGTHS = [60, 3, 0, 40]
FIELDS = ("ids", "mask", "special", "grams", "offsets", "sizes")


def batch():
    ids = [[CLS, *range(10 * i + 100, 10 * i + 100 + n), SEP] for i, n in enumerate(LENGTHS)]
    texts = [" ".join(f"w{i}x{j}" for j in range(n)) for i, n in enumerate(LENGTHS)]
    grams = featurise(texts, GramSpec())
    return Batch(*pad(ids, (1, 1), PAD), *bag(grams, np.unique(grams.ids)).take(np.arange(4)))


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def content(seen, row):
    ids = seen.ids[row][(seen.mask[row] > 0)].tolist()
    return [i for i in ids if i not in (CLS, SEP)]


@pytest.mark.parametrize("name", VIEWS)
def test_special_tokens_stay_and_the_given_batch_is_not_touched(name):
    given, same = batch(), batch()
    seen = VIEWS[name].change(given, generator())
    assert all(getattr(given, f).equal(getattr(same, f)) for f in FIELDS)
    for row, length in enumerate(LENGTHS):
        live = seen.ids[row][seen.mask[row] > 0].tolist()
        assert (live[0], live[-1]) == (CLS, SEP)
        assert live.count(CLS) == live.count(SEP) == 1
        assert set(content(seen, row)) <= set(content(given, row))
        assert length == 0 or len(set(content(seen, row))) == len(content(seen, row))
    assert (seen.ids[seen.mask == 0] == PAD).all() or name == "cutoff"
    assert len(seen.offsets) == len(seen.sizes) == len(given)


@pytest.mark.parametrize("name", VIEWS)
def test_a_seed_decides(name):
    view = VIEWS[name]
    one, two = (view.change(batch(), generator(1)) for _ in range(2))
    assert all(getattr(one, f).equal(getattr(two, f)) for f in FIELDS)
    other = view.change(batch(), generator(2))
    differs = any(
        getattr(one, f).shape != getattr(other, f).shape or not getattr(one, f).equal(
            getattr(other, f)) for f in FIELDS
    )  # fmt: skip
    assert differs == (name in {"cutoff", "drop", "shuffle"})


@pytest.mark.parametrize("name", ["cutoff", "drop"])
def test_a_fifth_of_the_tokens_goes(name):
    seen = [VIEWS[name].change(batch(), generator(seed)) for seed in range(40)]
    left = np.mean([len(content(s, 0)) for s in seen])
    assert 0.7 * 60 < left < 0.9 * 60
    grams = np.mean([len(s.grams) for s in seen])
    assert 0.75 < grams / len(batch().grams) < 0.85


def test_dropped_tokens_leave_no_hole_and_the_order_stays():
    seen = VIEWS["drop"].change(batch(), generator())
    for row in range(len(LENGTHS)):
        mask = seen.mask[row].tolist()
        assert mask == sorted(mask, reverse=True)
        assert content(seen, row) == sorted(content(seen, row))
    assert seen.special.sum(1).tolist() == [
        2 + seen.ids.shape[1] - int(m) for m in seen.mask.sum(1)
    ]


def test_a_shuffle_keeps_every_token():
    given = batch()
    seen = VIEWS["shuffle"].change(given, generator())
    assert seen.mask.equal(given.mask)
    assert seen.grams.equal(given.grams)
    for row in range(len(LENGTHS)):
        assert sorted(content(seen, row)) == content(given, row)
    assert content(seen, 0) != content(given, 0)


def test_thinned_bags_keep_each_text_its_own():
    given, seen = batch(), VIEWS["drop"].change(batch(), generator())
    for row in range(len(LENGTHS)):
        was, now = (
            set(b.grams[b.offsets[row] : (*b.offsets.tolist(), len(b.grams))[row + 1]].tolist())
            for b in (given, seen)
        )
        assert now <= was
    assert (seen.sizes < given.sizes)[[0, 1, 3]].all()
    assert (seen.sizes >= 1).all()


def test_dropout_is_on_or_wholly_off(folders):
    encoder = open_encoder(folders("bert"))
    ids = torch.tensor([[2, 7, 8, 3]])

    def once():
        with torch.no_grad():
            return encoder.run(ids, torch.ones_like(ids))[0][-1]

    quiet = once()
    set_dropout(encoder.model, 0.3)
    assert not once().equal(once())
    set_dropout(encoder.model, 0.0)
    assert once().equal(quiet)


def test_adversarial_noise_has_unit_length_and_raises_the_loss(folders):
    encoder = open_encoder(folders("bert"))
    tokens = pad(encoder.tokenise(["good market", "the team was bad"]), (1, 1), 0)
    ids, mask = tokens[0], tokens[1]
    embeds = encoder.word_vectors(ids)
    towards = torch.randn(32, generator=generator(3))

    def loss(given):
        return (encoder.run(ids, mask, given)[0][-1][:, 0] @ towards).sum()

    noise = adversarial(embeds, mask, loss, generator(), 1)
    length = noise.norm(dim=-1)
    torch.testing.assert_close(length[mask > 0], torch.ones(int(mask.sum())), atol=0.05, rtol=0.05)
    assert length[mask == 0].abs().max() == 0
    with torch.no_grad():
        plain = loss(embeds)
        assert loss(embeds + 0.05 * noise) > plain
        assert loss(embeds - 0.05 * noise) < plain
    assert adversarial(embeds, mask, loss, generator(), 0).norm(dim=-1).max() < 1e-3
    assert encoder.word_vectors(ids).equal(embeds)


def test_noise_grows_over_the_training_of_a_curriculum():
    view = find_view("curriculum")
    assert [view.steps_at(s / 10) for s in range(10)] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert view.steps_at(1.0) == 4
    assert find_view("adversarial").steps_at(0.0) == 1
    with pytest.raises(UserError, match="none, dropout, cutoff"):
        find_view("noise")
