"""What labels put on top of a temperature, and that few of them put nothing there."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.pipeline.scaling import (
    LEAST_SCALED,
    Held,
    choose_scaling,
    fit_isotonic,
    fit_vector,
    heat_of_labels,
)
from nanonet.pipeline.shape import shape_by_teacher

CLASSES = 4


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def drawn(n: int, seed: int = 0, twist=lambda scores: scores) -> Held:
    """Labels drawn from softmax(scores); what is seen of the scores is a twist of them."""
    rng = np.random.default_rng(seed)
    scores = 2.5 * rng.normal(size=(n, CLASSES))
    y = (softmax(scores).cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    return Held(twist(scores).astype(np.float32), y, np.ones(n, np.float32))


def skewed(scores):
    return (scores - np.array([2.0, 0.0, 0.0, -2.0])) / np.array([0.5, 1.0, 1.0, 1.5])


def boastful(scores):
    """Right as often as before, but sure of everything: no temperature mends it."""
    p = softmax(scores)
    top = p.argmax(axis=1)
    rng = np.random.default_rng(1)
    sure = np.where(rng.random(len(p)) < 0.5, 0.95, 0.6)
    out = np.tile(((1 - sure) / (p.shape[1] - 1))[:, None], (1, p.shape[1]))
    out[np.arange(len(p)), top] = sure
    return np.log(out)


def test_a_right_temperature_is_left_alone() -> None:
    kinds = [choose_scaling(drawn(600, s), 1.0, np.random.default_rng(s)).kind for s in range(8)]
    assert kinds.count("temperature") >= 7


def test_skewed_classes_take_vector_scaling_which_undoes_the_skew() -> None:
    held, fresh = drawn(1500, 0, skewed), drawn(1500, 1, skewed)
    made = choose_scaling(held, 1.0, np.random.default_rng(0))
    assert made.kind == "vector"
    losses = dict(made.losses)
    assert losses["vector"] < losses["temperature"] - 0.05
    before = softmax(fresh.logits)
    after = softmax(fresh.logits * np.array(made.weights) + np.array(made.biases))
    at = np.arange(len(fresh))
    assert np.log(after[at, fresh.y]).mean() > np.log(before[at, fresh.y]).mean() + 0.05


def test_confidence_that_says_nothing_takes_isotonic() -> None:
    held = drawn(3000, 0, boastful)
    made = choose_scaling(held, 1.0, np.random.default_rng(0))
    assert made.kind == "isotonic"
    hit = held.logits.argmax(axis=1) == held.y
    said, worth = np.array(made.knots).T
    assert np.interp(0.95, said, worth) == pytest.approx(hit.mean(), abs=0.04)


@pytest.mark.parametrize("n", [0, 10, LEAST_SCALED - 1])
def test_few_labels_are_not_even_asked(n) -> None:
    made = choose_scaling(drawn(n, 0, skewed), 1.0, np.random.default_rng(0))
    assert (made.kind, made.losses, made.labels) == ("temperature", (), n)


def test_the_pull_holds_what_no_label_speaks_of() -> None:
    held = drawn(40)
    few = Held(held.logits, np.minimum(held.y, 1), held.weight)
    weights, biases = fit_vector(few, 1.0)
    assert all(0.05 <= w < 3 for w in weights)
    assert max(np.abs(biases)) < 4


@pytest.mark.parametrize("seed", range(4))
def test_knots_rise(seed) -> None:
    knots = np.array(fit_isotonic(drawn(300, seed), 1.5))
    assert (np.diff(knots[:, 0]) > 0).all()
    assert (np.diff(knots[:, 1]) >= 0).all()
    assert knots.min() >= 0
    assert knots.max() <= 1


@pytest.mark.parametrize("heat", [0.5, 1.0, 3.0])
def test_many_labels_find_the_temperature_and_few_stay_near_one(heat) -> None:
    found = heat_of_labels(drawn(3000, 0, lambda scores: heat * scores))
    assert found == pytest.approx(heat, rel=0.1)
    few = heat_of_labels(drawn(8, 0, lambda scores: heat * scores))
    assert abs(np.log(few)) <= abs(np.log(heat)) + 0.4


def test_few_labels_a_class_do_not_move_the_borders_between_classes() -> None:
    """The same skew as above, but each class has fewer labels than vector scaling takes."""
    rng = np.random.default_rng(5)
    y = np.repeat(np.arange(20), 12)
    logits = (2.0 * np.eye(20)[y] + rng.normal(size=(240, 20))).astype(np.float32)
    logits[:, :4] += 2.0
    made = choose_scaling(Held(logits, y, np.ones(240, np.float32)), 1.0, rng)
    assert dict(made.losses)["vector"] < dict(made.losses)["temperature"] - 0.05
    assert made.kind != "vector"


@pytest.mark.parametrize("seed", range(3))
def test_knots_never_make_two_answers_equally_sure(seed) -> None:
    """Else a threshold among them would answer more texts than it promises."""
    rng = np.random.default_rng(seed)
    sure = np.sort(rng.uniform(0.3, 1.0, 2000))
    for knots in (
        shape_by_teacher(sure, np.full(2000, 0.7), 0.7),
        fit_isotonic(drawn(300, seed), 1.5),
    ):
        said, worth = np.array(knots).T
        assert (said[0], said[-1], worth[0]) == (0.0, 1.0, 0.0)
        assert (np.diff(worth) > 0).all()
        assert worth[-1] <= 1.0
        assert (np.diff(np.interp(sure, said, worth)) > 0).all()


def test_the_shape_is_the_teachers_and_its_mean_the_goal() -> None:
    sure = np.sort(np.random.default_rng(0).uniform(0.4, 1.0, 4000))
    knots = shape_by_teacher(sure, sure**3, 0.8)
    found = np.interp(sure, *np.array(knots).T)
    assert found.mean() == pytest.approx(0.8, abs=0.01)
    taught = np.log(sure**3 / (1 - sure**3 + 1e-9))
    gap = np.log(found / (1 - found)) - taught
    assert gap[400:-400].std() < 0.1
    assert shape_by_teacher(sure, sure, sure.mean()) == ()
    assert shape_by_teacher(sure[:100], sure[:100] ** 3, 0.8) == ()
