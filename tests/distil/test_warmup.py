"""The warm-up: its loss by hand, its batches, and what it does to a real, tiny encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training an encoder needs torch")

from _counter import Counter  # noqa: E402
from _toy import task  # noqa: E402
from nanonet.distil import (  # noqa: E402
    WarmUp,
    find_place,
    open_encoder,
    warm_up,
    write_encoder,
)
from nanonet.distil.peft import MODES  # noqa: E402
from nanonet.distil.warmup import balanced_rows  # noqa: E402
from nanonet.encode import Readout  # noqa: E402
from nanonet.errors import UserError  # noqa: E402

TEXTS, Y, POOL, HIDDEN = task()
CLASSES = np.array(Y)
PLACE = find_place("cpu", "float32")
LAST = [Readout(3, "mean")]
SHORT = WarmUp(steps=15, lr=0.01)


def warmed(folder, settings=SHORT, seed=0, **more):
    encoder = open_encoder(folder, 32)
    tuned = warm_up(encoder, TEXTS, CLASSES, settings, seed=seed, place=PLACE, **more)
    return encoder, tuned


def vectors(encoder, texts=POOL):
    return encoder.vectors(texts, LAST, PLACE)[:, 0]


def cosines(encoder):
    """(mean cosine within a class, between classes) of texts that the warm-up never saw."""
    found = vectors(encoder)
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    above = np.triu_indices(len(unit), 1)
    same = (HIDDEN[:, None] == HIDDEN[None, :])[above]
    values = (unit @ unit.T)[above]
    return values[same].mean(), values[~same].mean()


def test_all_rows_are_one_batch_where_they_fit():
    y = np.array([0, 0, 1, 2])
    for step in (1, 2):
        assert balanced_rows(y, WarmUp(batch=4), 0, step).tolist() == [0, 1, 2, 3]


def test_else_a_batch_has_as_many_rows_of_each_class():
    y = np.repeat(np.arange(4), [50, 30, 20, 10])
    rows = balanced_rows(y, WarmUp(batch=32), 0, 1)
    assert len(set(rows.tolist())) == 32
    assert np.bincount(y[rows]).tolist() == [8, 8, 8, 8]
    assert set(y[balanced_rows(y, WarmUp(batch=64), 0, 1)].tolist()) == {0, 1, 2, 3}
    assert np.bincount(y[balanced_rows(y, WarmUp(batch=64), 0, 1)])[3] == 10  # all that it has


def test_many_classes_take_turns_with_at_least_two_rows_each():
    y = np.repeat(np.arange(40), 10)
    seen = set()
    for step in range(1, 30):
        counts = np.bincount(y[balanced_rows(y, WarmUp(batch=16, least=2), 0, step)])
        assert set(counts[counts > 0]) == {2}
        assert (counts > 0).sum() == 8
        seen |= set(np.flatnonzero(counts).tolist())
    assert seen == set(range(40))


def test_a_batch_is_a_function_of_seed_and_step():
    y = np.repeat(np.arange(4), 30)
    rows = {
        (seed, step): tuple(balanced_rows(y, WarmUp(batch=16), seed, step))
        for seed in (0, 1)
        for step in (1, 2)
    }
    assert rows[0, 1] == tuple(balanced_rows(y, WarmUp(batch=16), 0, 1))
    assert len(set(rows.values())) == 4


def test_texts_of_a_class_come_together_and_classes_apart(folders):
    within, between = cosines(open_encoder(folders("bert"), 32))
    assert within - between < 0.1
    encoder, tuned = warmed(folders("bert"))
    now_within, now_between = cosines(encoder)
    assert now_within > now_between + 0.3
    assert tuned.mode == "lora"
    assert 0 < tuned.trainable < tuned.total


@pytest.mark.parametrize("mode", ["bias", "lora"])
@pytest.mark.parametrize("kind", ["bert", "modernbert"])
def test_what_was_learnt_is_in_the_weights_and_in_a_saved_folder(folders, tmp_path, kind, mode):
    encoder, _ = warmed(folders(kind), WarmUp(mode, steps=4, lr=0.01))
    moved = vectors(encoder)
    stock = vectors(open_encoder(folders(kind), 32))
    assert np.abs(moved - stock).max() > 0.01
    again = open_encoder(write_encoder(encoder, tmp_path / "saved"), 32)
    np.testing.assert_allclose(vectors(again), moved, atol=1e-5)


def test_low_rank_updates_leave_no_trace_in_the_architecture(folders):
    encoder, _ = warmed(folders("bert"), WarmUp(steps=1))
    stock = open_encoder(folders("bert"), 32)
    assert list(encoder.model.state_dict()) == list(stock.model.state_dict())
    assert not encoder.model.training
    assert not any(p.requires_grad for p in encoder.model.parameters())


def test_frozen_changes_nothing(folders):
    bar = Counter()
    encoder, tuned = warmed(folders("bert"), WarmUp("frozen"), progress=bar)
    stock = open_encoder(folders("bert"), 32).model.state_dict()
    now = encoder.model.state_dict()
    assert all(now[name].equal(value) for name, value in stock.items())
    assert tuned.trainable == 0
    assert bar.totals == []


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "frozen"])
def test_every_mode_trains(folders, mode):
    stock = open_encoder(folders("bert"), 32).model.state_dict()
    encoder, _ = warmed(folders("bert"), WarmUp(mode, steps=2))
    now = encoder.model.state_dict()
    moved = {name for name in stock if not now[name].equal(stock[name])}
    assert moved
    assert not any("embeddings." in name and "LayerNorm" not in name for name in moved)


def test_the_same_seed_gives_the_same_bytes(folders, tmp_path: Path):
    saved = []
    for number, seed in enumerate((0, 0, 1)):
        torch.manual_seed(number)
        before = torch.get_rng_state()
        encoder, _ = warmed(folders("bert"), WarmUp(steps=3, batch=6), seed)
        assert torch.get_rng_state().equal(before)
        folder = write_encoder(encoder, tmp_path / str(number))
        saved.append((folder / "model.safetensors").read_bytes())
    assert saved[0] == saved[1] != saved[2]


def test_a_loss_that_is_no_number_says_where_and_what_to_do(folders):
    bar = Counter()
    with pytest.raises(UserError, match=r"at step 2 of 5; try again with a rate below 1e\+30"):
        warmed(folders("bert"), WarmUp(steps=5, lr=1e30, warm=0.0), progress=bar)
    assert (bar.totals, bar.done, bar.finished) == ([5], 1, 1)
