import numpy as np
import pytest

from nanonet.errors import UserError
from nanonet.select import STRATEGIES, Evidence, choose, entropy_gain, margin_gain


def _evidence(n=300, seed=0):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    table = np.exp(4 * vectors[:, :4])
    return Evidence(table / table.sum(axis=1, keepdims=True), vectors, accuracy=0.8)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_returns_that_many_different_rows_and_the_same_again(strategy):
    evidence = _evidence()
    rows = choose(strategy, 40, evidence, np.random.default_rng(3))
    assert rows.dtype == np.int64
    assert len(rows) == len(set(rows.tolist())) == 40
    assert 0 <= rows.min() <= rows.max() < 300
    assert (rows == choose(strategy, 40, evidence, np.random.default_rng(3))).all()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_pool_smaller_than_asked_is_given_whole_and_that_is_said(strategy):
    notes = []
    rows = choose(strategy, 50, _evidence(12), np.random.default_rng(0), notes)
    assert sorted(rows) == list(range(12))
    assert notes == ["50 texts were asked for and 12 are there; all of them are given"]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_one_predicted_class_only_is_no_obstacle(strategy):
    table = np.tile(np.array([[0.8, 0.2]], np.float32), (30, 1))
    table[:, 0] += np.linspace(0, 0.1, 30)
    table[:, 1] -= np.linspace(0, 0.1, 30)
    evidence = Evidence(table, _evidence(30).vectors, accuracy=0.7)
    assert len(set(choose(strategy, 5, evidence, np.random.default_rng(0)))) == 5


@pytest.mark.parametrize("strategy", ["margin", "entropy", "diverse", "balanced"])
def test_what_looks_for_doubt_finds_more_of_it_than_chance(strategy):
    evidence = _evidence()
    gain = margin_gain(evidence.probabilities)
    rows = choose(strategy, 30, evidence, np.random.default_rng(0))
    assert gain[rows].mean() > gain.mean() + 0.2


def test_balance_gives_the_rare_class_its_share():
    table = np.tile(np.array([[0.6, 0.3, 0.1]]), (100, 1))
    table[:5] = [0.1, 0.1, 0.8]
    rows = choose("balanced", 10, Evidence(table), np.random.default_rng(0))
    assert np.isin(rows, range(5)).sum() == 5


def test_gains_are_0_for_the_sure_and_1_for_the_even():
    table = np.array([[1.0, 0, 0], [1 / 3] * 3, [0.5, 0.5, 0]])
    assert margin_gain(table) == pytest.approx([0, 1, 1])
    assert entropy_gain(table) == pytest.approx([0, 1, np.log(2) / np.log(3)])


@pytest.mark.parametrize(
    ("strategy", "evidence", "said"),
    [
        ("best", Evidence(np.eye(2)), "strategy is 'best'"),
        ("margin", Evidence(), "nothing to choose by"),
        ("margin", Evidence(vectors=np.eye(2)), "needs the probabilities"),
        ("cover", Evidence(np.eye(2)), "needs the vectors"),
        ("margin", Evidence(np.array([[0.7, 0.7]])), "row 0 sums to 1.4"),
        ("margin", Evidence(np.array([[1.0]])), "at least two classes"),
        ("diverse", Evidence(np.eye(2), np.eye(3)), "3 vectors"),
        ("margin", Evidence(np.empty((0, 2))), "no texts"),
    ],
)
def test_what_cannot_be_chosen_by_is_said(strategy, evidence, said):
    with pytest.raises(UserError, match=said):
        choose(strategy, 1, evidence, np.random.default_rng(0))
