"""The order in which a person is asked."""

import numpy as np
import pytest

from nanonet.select import telling

NONE = np.empty(0, np.int64)


def blobs(rng, sizes, spread=0.05):
    """Points in so many groups; the group of each."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    centres = np.eye(len(sizes))
    return (centres[group] + spread * rng.normal(size=(len(group), len(sizes)))).astype(
        np.float32
    ), group


def test_before_a_model_each_group_is_asked_and_the_largest_first():
    points, group = blobs(np.random.default_rng(0), [50, 30, 20, 10])
    rows = telling([points], 4, labelled=NONE)
    assert group[rows].tolist() == [0, 1, 2, 3]


def test_groups_that_have_answers_wait():
    points, group = blobs(np.random.default_rng(1), [50, 30, 20, 10])
    for labelled, due in (([0], 1), ([0, 60], 2)):
        assert group[telling([points], 1, labelled=np.array(labelled))] == due


def test_a_model_turns_the_order_to_where_it_is_unsure():
    points, group = blobs(np.random.default_rng(2), [80, 20])
    table = np.where(group[:, None] == 0, [[0.99, 0.01]], [[0.55, 0.45]]).astype(np.float32)
    assert (group[telling([points], 3, labelled=NONE, table=table)] == 1).any()
    assert group[telling([points], 1, labelled=NONE, table=table)] == 1


def test_the_same_rows_as_the_plain_greedy_way():
    rng = np.random.default_rng(3)
    points = rng.normal(size=(120, 5)).astype(np.float32)
    table = rng.dirichlet(np.ones(3), 120).astype(np.float32)
    labelled = np.array([5, 17])
    found = telling([points], 15, labelled=labelled, table=table)
    squares = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    some = np.random.default_rng(1).permutation(120)
    width = np.median(np.sort(squares[some], axis=1)[:, 20])
    near, two = np.exp(-squares / width), np.sort(table, axis=1)[:, -2:]
    weight, covered, plain = 1 - (two[:, 1] - two[:, 0]), near[:, labelled].max(axis=1), []
    for _ in range(15):
        adds = (np.maximum(near - covered[:, None], 0) * weight[:, None]).sum(axis=0)
        adds[[*labelled, *plain]] = -1
        plain.append(int(adds.argmax()))
        covered = np.maximum(covered, near[:, plain[-1]])
    assert found.tolist() == plain


def test_nothing_that_is_shut_and_no_more_than_there_are():
    points = np.random.default_rng(4).normal(size=(30, 4)).astype(np.float32)
    shut = np.arange(30) < 20
    rows = telling([points], 50, labelled=np.array([25]), shut=shut)
    assert sorted(rows.tolist()) == [20, 21, 22, 23, 24, 26, 27, 28, 29]
    assert len(telling([points], 5, labelled=np.arange(30))) == 0


@pytest.mark.parametrize("n", [1, 2])
def test_few_texts_and_copies(n):
    points = np.ones((n, 3), np.float32)
    assert sorted(telling([points, points], 5, labelled=NONE).tolist()) == list(range(n))
