import numpy as np
import pytest

from nanonet.errors import UserError
from nanonet.select import believed, out_of_fold, suspects


def _learner(features, targets, weights):
    """Nearest class mean: enough of a learner to be right where the classes lie apart."""
    sums = (targets * weights[:, None]).T @ features
    means = sums / np.maximum((targets * weights[:, None]).sum(axis=0), 1e-9)[:, None]

    def predict(rows):
        score = np.exp(-((rows[:, None] - means[None]) ** 2).sum(axis=2))
        return (score / score.sum(axis=1, keepdims=True)).astype(np.float32)

    return predict


def _noisy(n=600, rate=0.2, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n)
    features = (3 * np.eye(3)[truth] + rng.normal(size=(n, 3))).astype(np.float32)
    given = np.where(rng.random(n) < rate, (truth + rng.integers(1, 3, n)) % 3, truth)
    return features, truth, given


def test_planted_errors_are_found_and_put_right():
    features, truth, given = _noisy()
    table = out_of_fold(features, given, 3, _learner, np.random.default_rng(0))
    found = suspects(table, given)
    wrong = given != truth
    assert (found.suspect & wrong).sum() / wrong.sum() > 0.85
    assert (found.suspect & wrong).sum() / found.suspect.sum() > 0.75
    assert (found.better[found.suspect & wrong] == truth[found.suspect & wrong]).mean() > 0.9
    assert (found.better[~found.suspect] == given[~found.suspect]).all()
    assert (found.instead >= found.given).all()
    assert found.error_share == pytest.approx(0.2, abs=0.06)


def test_the_rule_by_hand():
    table = np.array([[0.9, 0.1], [0.6, 0.4], [0.45, 0.55], [0.2, 0.8], [0.7, 0.3]], np.float32)
    labels = np.array([0, 0, 0, 1, 1])
    found = suspects(table, labels)
    assert found.thresholds == pytest.approx([0.65, 0.55])
    assert found.suspect.tolist() == [False, False, True, False, True]
    assert found.better.tolist() == [0, 0, 1, 1, 0]


def test_a_student_that_saw_a_row_does_not_judge_it():
    seen = []

    def learner(features, targets, weights):
        train = {tuple(row) for row in features.tolist()}

        def predict(rows):
            seen.extend(tuple(row) in train for row in rows.tolist())
            return np.full((len(rows), 2), 0.5, np.float32)

        return predict

    features = np.random.default_rng(0).normal(size=(41, 2)).astype(np.float32)
    out_of_fold(features, np.arange(41) % 2, 2, learner, np.random.default_rng(0))
    assert len(seen) == 41
    assert not any(seen)
    seen.clear()
    twice = np.concatenate([features, features])
    group = np.tile(np.arange(41), 2)
    out_of_fold(twice, np.arange(82) % 2, 2, learner, np.random.default_rng(0), group=group)
    assert not any(seen), "copies stay in one fold"


def test_a_vote_counts_as_much_as_its_voter_is_trusted():
    table = np.array([[0.5, 0.5], [0.9, 0.1]], np.float32)
    votes = np.array([1, 1])
    assert believed(table, votes, 0.8)[0] == pytest.approx([0.2, 0.8], abs=1e-4)
    assert believed(table, votes, 0.8)[1] == pytest.approx([0.18 / 0.26, 0.08 / 0.26], abs=1e-3)
    assert believed(table, votes, 0.5) == pytest.approx(table, abs=1e-4)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([0, 0, 0], "all labels are the same"),
        ([0, 1], "2 labels"),
        ([0, 1, 5], "labels run from 0 to 5"),
        ([0, 1, -1], "labels run from -1 to 1"),
    ],
)
def test_labels_that_cannot_be_doubted_are_refused(labels, said):
    table = np.full((3, 2), 0.5)
    with pytest.raises(UserError, match=said):
        suspects(table, np.array(labels))
    with pytest.raises(UserError, match=said):
        out_of_fold(np.eye(3), np.array(labels), 2, _learner, np.random.default_rng(0), 2)


def test_too_few_rows_and_a_voter_who_is_never_wrong_are_refused():
    with pytest.raises(UserError, match="at least 5"):
        out_of_fold(np.eye(3), np.array([0, 1, 0]), 2, _learner, np.random.default_rng(0))
    with pytest.raises(UserError, match=r"accuracy is 1\.0"):
        believed(np.eye(2), np.array([0, 1]), 1.0)
