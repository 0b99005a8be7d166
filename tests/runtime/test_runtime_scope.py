"""How foreign a text is: the scale, the folder, leaving texts out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nanonet
from _models import TEXTS, write_nano
from nanonet.decide import LEAST_TYPICAL, foreign_knots, standing_out
from nanonet.errors import FormatError, UserError
from nanonet.runtime import Scope

BLOCK = {"score": "max-logit", "knots": [[0.0, 1.0], [0.5, 0.9], [2.0, 0.1], [4.0, 0.0]]}


def typical(n: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found = rng.normal(size=(n, 5))
    found[np.arange(n), rng.integers(0, 5, n)] += 4
    return found.astype(np.float32)


@given(st.integers(LEAST_TYPICAL, 400), st.integers(0, 9))
def test_the_scale_is_the_share_of_typical_texts_that_are_less_foreign(n, seed) -> None:
    logits = typical(n, seed)
    found = Scope(foreign_knots(logits)).foreign(logits)
    rank = (standing_out(logits)[:, None] < standing_out(logits)).mean(axis=1)
    assert np.abs(found - rank).max() < 0.05
    assert ((found >= 0) & (found <= 1)).all()


def test_one_in_a_hundred_fresh_typical_texts_is_over_the_99th() -> None:
    scope = Scope(foreign_knots(typical(20_000)))
    over = (scope.foreign(typical(20_000, 1)) > 0.99).mean()
    assert over == pytest.approx(0.01, abs=0.004)
    assert scope.foreign(np.full((1, 5), 7.0, np.float32)) == 1.0


def test_a_text_on_which_no_class_stands_out_is_more_foreign() -> None:
    scope = Scope(foreign_knots(typical(500)))
    strength = np.linspace(0, 12, 50)[:, None].astype(np.float32)
    found = scope.foreign(strength * np.array([[1, 0, 0, 0, 0]], np.float32))
    assert (np.diff(found) <= 0).all()
    assert found[0] == 1.0
    assert found[-1] == 0.0


def test_a_shift_of_all_scores_changes_nothing() -> None:
    logits = typical(300)
    np.testing.assert_allclose(standing_out(logits + 9), standing_out(logits), atol=1e-5)


def test_few_texts_have_no_scale() -> None:
    assert foreign_knots(typical(LEAST_TYPICAL - 1)) == ()
    assert foreign_knots(np.zeros((0, 3))) == ()


def test_a_folder_keeps_it_and_leaves_foreign_texts_without_a_label(tmp_path) -> None:
    path = write_nano(tmp_path / "m", scope=BLOCK)
    model = nanonet.load(path)
    found = model.foreign(TEXTS)
    assert np.array_equal(found, nanonet.load(path, compiled=False).foreign(TEXTS))
    assert found.dtype == np.float32
    assert model.foreign([]).shape == (0,)
    middle = float(np.median(found))
    labels = model.predict(TEXTS)
    wanted = [name if f <= middle else None for name, f in zip(labels, found, strict=True)]
    assert model.predict(TEXTS, max_foreign=middle) == wanted
    assert None in wanted
    both = model.predict(TEXTS, max_foreign=middle, abstain=0.9)
    sure = model.predict(TEXTS, abstain=0.9)
    assert both == [a if b else None for a, b in zip(sure, wanted, strict=True)]
    assert model.predict(TEXTS, max_foreign=1) == labels


def test_a_model_without_a_scale_and_a_wrong_share_are_refused(tmp_path) -> None:
    with pytest.raises(UserError, match="fit again"):
        nanonet.load(write_nano(tmp_path / "a")).foreign(TEXTS)
    model = nanonet.load(write_nano(tmp_path / "b", scope=BLOCK))
    for wrong in (1.5, -0.1, True, "much"):
        with pytest.raises(UserError, match="share from 0 to 1"):
            model.predict(TEXTS, max_foreign=wrong)


def test_another_kind_of_scale_is_left_to_newer_readers(tmp_path) -> None:
    model = nanonet.load(write_nano(tmp_path / "m", scope={"score": "prototypes", "knots": 1}))
    assert model.predict(TEXTS)
    assert model.scope is None


DAMAGED = [
    None,
    [],
    [[0.0, 1.0]],
    [[0.0, 1.0], [0.0, 0.5]],
    [[0.0, 0.5], [1.0, 0.6]],
    [[0.0, 2.0], [1.0, 0.0]],
]


@pytest.mark.parametrize("knots", DAMAGED)
def test_damage_is_refused(tmp_path, knots) -> None:
    with pytest.raises(FormatError):
        nanonet.load(write_nano(tmp_path / "m", scope={"score": "max-logit", "knots": knots}))
