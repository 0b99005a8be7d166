"""What nano is taught: a start that shouts is brought down, what the pool has measured is not."""

from types import SimpleNamespace

import numpy as np
import pytest

from nanonet.learn import softmax
from nanonet.pipeline.choose import LESSON, lesson

LOGITS = 60 * np.random.default_rng(0).normal(size=(400, 3)).astype(np.float32)


def learned(gate, voted=None, scale=1.0):
    logits = np.float32(scale) * LOGITS
    return SimpleNamespace(
        gate=SimpleNamespace(chosen=gate),
        labels=softmax(logits),
        head=SimpleNamespace(logits=lambda material, rows: logits),
        voted=voted,
    )


@pytest.mark.parametrize("gate", ["labels", "readouts"])
@pytest.mark.parametrize("voted", [None, "votes"])
def test_a_start_is_no_surer_than_it_may_be_and_says_the_same(gate, voted):
    made = learned(gate, voted)
    assert made.labels.max(axis=1).mean() > 0.95
    found = lesson(made, SimpleNamespace(pool_rows=np.arange(400)))
    assert found.max(axis=1).mean() == pytest.approx(LESSON, abs=1e-3)
    assert np.array_equal(found.argmax(axis=1), LOGITS.argmax(axis=1))
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_graded_beyond_what_a_probability_can_hold():
    margins = np.array([20.0, 60.0, 200.0], np.float32)
    made = learned("readouts")
    made.labels = softmax(np.stack([margins, -margins], axis=1))
    made.head = SimpleNamespace(logits=lambda m, rows: np.stack([margins, -margins], axis=1))
    found = lesson(made, SimpleNamespace(pool_rows=np.arange(3)))[:, 0]
    assert found[0] + 0.01 < found[1]
    assert found[1] + 0.01 < found[2]


@pytest.mark.parametrize("gate", ["cohort", "taught", "blend", "tuned"])
def test_others_are_taken_at_their_word(gate):
    made = learned(gate)
    assert lesson(made, None) is made.labels


def test_a_start_that_doubts_enough_is_left():
    made = learned("readouts", scale=0.005)
    assert lesson(made, None) is made.labels
