"""A table of floats becomes int8 rows: how much is lost, and that it fits."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.artefact import write_artefact
from nanonet.errors import UserError
from nanonet.students import quantise_rows
from nanonet.students.quantise import MULTIPLIERS
from nanonet.text import GramSpec, unpack_rows


def table(rows=4000, classes=6, seed=0):
    rng = np.random.default_rng(seed)
    keys = np.unique(rng.integers(0, 2**32, rows, np.uint32))
    size = rng.lognormal(0, 2, (len(keys), 1))
    scores = (rng.normal(size=(len(keys), classes)) * size + 5.0).astype(np.float32)
    bias = rng.normal(size=classes).astype(np.float32)
    return keys, scores, bias, np.abs(scores - 5.0).max(axis=1)


def steps(small):
    return MULTIPLIERS[small.scales][:, None] * small.unit


def test_no_score_is_off_by_more_than_half_a_step_of_its_own_row():
    keys, scores, bias, worth = table()
    small = quantise_rows(keys, scores, bias, worth, 4.0)
    wanted = scores.astype(np.float64) - scores.mean(axis=1, keepdims=True, dtype=np.float64)
    off = np.abs(small.rows * steps(small) - wanted)
    assert (off <= steps(small) * 0.5001 + 1e-5).all()
    most = np.abs(small.rows).max(axis=1)
    assert most.max() <= 127
    # Every row uses nearly its whole range, but those that are tiny beside the largest.
    assert most[small.scales > 0].min() >= 119
    assert small.dropped == 0
    assert small.error == pytest.approx(off.mean() / np.abs(wanted).mean(), rel=0.01)
    assert 0 < small.error < 0.02


def test_where_not_all_rows_fit_they_are_of_four_bits_and_nearly_twice_as_many():
    keys, scores, bias, worth = table(rows=20_000, classes=20)
    small = quantise_rows(keys, scores, bias, worth, 0.2)
    assert small.bits == 4
    assert small.dropped > 0
    assert np.abs(small.rows).max() == 7
    wanted = scores[np.isin(keys, small.keys)].astype(np.float64)
    wanted -= wanted.mean(axis=1, keepdims=True)
    assert (np.abs(small.rows * steps(small) - wanted) <= steps(small) * 0.5001 + 1e-5).all()
    assert "rows" not in small.weights()
    assert np.array_equal(unpack_rows(small.weights()["rows4"], 20), small.rows)
    whole = 5 + 1 + 20  # bytes a row of int8 takes at most
    assert len(small.keys) > 1.5 * 140_000 / whole
    assert quantise_rows(keys, scores, bias, worth, 4.0).bits == 8


def test_rows_and_bias_are_centred_over_the_classes():
    keys, scores, bias, worth = table()
    small = quantise_rows(keys, scores, bias, worth, 4.0)
    assert np.abs((small.rows * steps(small)).mean(axis=1)).max() <= steps(small).max() / 2
    assert small.bias.mean() == pytest.approx(0.0, abs=1e-6)
    assert small.bias - small.bias[0] == pytest.approx(bias - bias[0], abs=1e-6)


def test_rows_that_say_nothing_are_left_out():
    keys, scores, bias, worth = table(rows=50)
    scores[[3, 17]] = 2.5
    small = quantise_rows(keys, scores, bias, worth, 4.0)
    assert small.dropped == 2
    assert not {int(keys[3]), int(keys[17])} & set(small.keys.tolist())


@pytest.mark.parametrize("classes", [2, 6, 150])
@pytest.mark.parametrize("max_mb", [0.1, 0.3])
def test_the_written_model_fits_and_uses_the_room(tmp_path, classes, max_mb):
    keys, scores, bias, worth = table(rows=60_000, classes=classes)
    small = quantise_rows(keys, scores, bias, worth, max_mb)
    path = write_artefact(
        tmp_path / "m",
        classes=[f"class number {i}" for i in range(classes)],
        student={"kind": "nano", "featuriser": GramSpec().to_dict()},
        weights=small.weights(),
    )
    size = sum(file.stat().st_size for file in path.iterdir())
    assert size <= max_mb * 1e6
    tensors = (path / "weights.safetensors").stat().st_size
    assert tensors > max_mb * 1e6 - 65_000  # what is kept free is for the card and the manifest
    assert small.dropped == len(keys) - len(small.keys) > 0


def test_the_rows_of_most_worth_are_kept_in_the_order_of_their_keys():
    keys, scores, bias, worth = table(rows=20_000)
    small = quantise_rows(keys, scores, bias, worth, 0.1)
    best = keys[np.argsort(-worth, kind="stable")[: len(small.keys)]]
    assert small.keys.tolist() == sorted(best.tolist())


def test_too_little_room_is_refused_with_the_least_that_would_do():
    keys, scores, bias, worth = table(classes=6)
    with pytest.raises(UserError, match=r"--max-mb 0\.05 is too small.*6 c.*0\.07") as refused:
        quantise_rows(keys, scores, bias, worth, 0.05)
    assert "\n" not in str(refused.value)
    assert len(quantise_rows(keys, scores, bias, worth, 0.08).keys) >= 1000
