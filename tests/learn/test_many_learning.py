"""What fit_many is made of: regressions a label, readouts, the mix, calibration, the gate."""

import numpy as np
import pytest

from nanonet.learn import fit_sigmoid, sigmoid
from nanonet.learn.many import calibrate
from nanonet.learn.many.candidates import balance, deal
from nanonet.learn.many.gate import judge_many
from nanonet.learn.many.mix import competing, estimate_mix, rake, shifted
from nanonet.learn.many.readouts import choose_readouts_of_sets, leave_one_out_sets


def world(n=300, seed=0, shares=(0.5, 0.3, 0.1), noise=0.6):
    rng = np.random.default_rng(seed)
    flags = (rng.random((n, len(shares))) < shares).astype(np.float32)
    directions = np.random.default_rng(9).normal(size=(len(shares), 12))
    x = flags @ directions + noise * rng.normal(size=(n, 12))
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True), np.float32), flags


def test_all_regressions_at_once_are_scikit_learns_one_by_one():
    linear = pytest.importorskip("sklearn.linear_model", reason="the train extra is missing")
    x, flags = world()
    found = fit_sigmoid(x, flags, c=3.0, iterations=100, tolerance=1e-9)
    for c in range(3):
        peer = linear.LogisticRegression(C=3.0, tol=1e-8, max_iter=5000).fit(x, flags[:, c])
        assert np.allclose(found[:-1, c], peer.coef_[0], atol=0.02)
        assert np.isclose(found[-1, c], peer.intercept_[0], atol=0.02)


def test_weights_of_entries_count_as_copies_of_rows():
    x, flags = world(n=80)
    twice = np.ones_like(flags)
    twice[:40] = 2.0
    weighted = fit_sigmoid(x, flags, weights=twice, iterations=300, tolerance=0.0)
    copied = np.concatenate([x, x[:40]]), np.concatenate([flags, flags[:40]])
    assert np.allclose(weighted, fit_sigmoid(*copied, iterations=300, tolerance=0.0), atol=0.01)


@pytest.mark.parametrize("n", [8, 40])
def test_left_out_scores_are_those_of_fits_without_the_row(n):
    x, flags = world(n=n)
    found = leave_one_out_sets(x, flags)
    for row in (0, n // 2):
        rest = np.arange(n) != row
        own, y = x[rest].astype(float), flags[rest].astype(float)
        away = own - own.mean(axis=0)
        solved = np.linalg.solve(away.T @ away + 0.3 * np.eye(12), away.T @ (y - y.mean(axis=0)))
        by_hand = y.mean(axis=0) + (x[row] - own.mean(axis=0)) @ solved
        assert np.allclose(found[row], by_hand, atol=0.02)


def test_readouts_that_tell_are_taken_and_the_usual_one_stays():
    x, flags = world()
    rng = np.random.default_rng(1)
    noise = [rng.normal(size=x.shape).astype(np.float32) for _ in range(8)]
    choice = choose_readouts_of_sets([*noise, x], flags, usual=3)
    assert choice.index[0] == 8
    assert 3 in choice.index
    assert len(choice.index) == 5
    assert sum(choice.weight) == pytest.approx(1.0)


def test_raked_rows_have_the_shares_asked_for():
    _, flags = world()
    wanted = np.array([0.2, 0.3, 0.4])
    weights = rake(flags, wanted)
    assert np.allclose(weights @ flags / weights.sum(), wanted, atol=0.02)


def test_a_mix_that_differs_is_found_and_one_that_does_not_is_left():
    rng = np.random.default_rng(0)

    def said(shares, n):
        y = rng.choice(4, n, p=shares)
        logits = 2.0 * np.eye(4)[y] + 0.7 * rng.normal(size=(n, 4))
        power = np.exp(logits)
        return y, np.asarray(power / power.sum(axis=1, keepdims=True), np.float32)

    y, left_out = said([0.25] * 4, 800)
    flags = np.eye(4, dtype=np.float32)[y]
    _, pool = said([0.7, 0.1, 0.1, 0.1], 4000)
    mix = estimate_mix(left_out, flags, pool)
    assert mix.shifted
    assert mix.shares[0] > 0.5
    assert (mix.weights @ flags / mix.weights.sum())[0] == pytest.approx(mix.shares[0], abs=0.02)
    assert shifted(left_out, mix)[:, 0].mean() > left_out[:, 0].mean()
    _, alike = said([0.25] * 4, 4000)
    same = estimate_mix(left_out, flags, alike)
    assert not same.shifted
    assert np.array_equal(shifted(left_out, same), left_out)
    assert not estimate_mix(left_out, flags, pool[:0]).shifted


def test_calibrated_probabilities_have_the_right_mean_and_sharpness():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(4000, 2)).astype(np.float32)
    truth = (rng.random(z.shape) < sigmoid(2.0 * z - np.float32([0, 2]))).astype(np.float32)
    sure = calibrate(z, truth, np.ones(4000, np.float32))
    assert sure.scale == pytest.approx(2.0, abs=0.15)
    assert np.allclose(sure.proba(z).mean(axis=0), truth.mean(axis=0), atol=0.01)


def test_scores_that_say_the_contrary_still_have_a_scale():
    z = np.float32([[1.0], [-1.0], [1.0], [-1.0]])
    contrary = calibrate(z, np.float32([[0], [1], [0], [1]]), np.ones(4, np.float32))
    assert 0 < contrary.scale < 0.1
    assert np.isfinite(contrary.proba(z)).all()


def test_rows_are_dealt_evenly_by_their_rarest_label():
    _, flags = world(shares=(0.5, 0.04, 0.0))
    fold = deal(flags)
    rare = np.bincount(fold[flags[:, 1] > 0], minlength=5)
    assert rare.max() - rare.min() <= 1
    assert np.bincount(fold).max() - np.bincount(fold).min() <= 1
    weights = balance(flags)
    assert np.allclose(weights.mean(axis=0), 1.0)
    assert weights[flags[:, 1] > 0, 1].min() > weights[flags[:, 1] == 0, 1].max()
    assert competing(np.zeros((2, 3), np.float32)).sum() == 0


def test_the_gate_keeps_the_simpler_one_unless_the_gain_is_shown():
    rng = np.random.default_rng(0)
    flags = (rng.random((200, 2)) < 0.3).astype(np.float32)
    good = np.asarray(np.clip(0.2 + 0.6 * flags + 0.05 * rng.normal(size=flags.shape), 0.01, 0.99))
    plain = np.full(flags.shape, 0.3, np.float32)
    weights = np.ones(200, np.float32)
    assert judge_many({"labels": plain, "apart": good}, flags, weights).chosen == "apart"
    kept = judge_many({"labels": good, "apart": plain, "together": good}, flags, weights)
    assert kept.chosen == "labels"
    assert [one.name for one in kept.trials] == ["labels", "apart", "together"]
    assert kept.trials[1].gain < 0
