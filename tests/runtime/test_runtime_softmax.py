"""The spelled-out softmax against the library's, and its bits, which may not move."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nanonet.runtime._softmax import exp, softmax

# float32 bit patterns; docs/format.md says how to get them.
BITS = [[1009927093, 965413044, 1065007982, 1008371862], [0, 0, 0, 1065353216]]
LOGITS = st.lists(st.floats(-1e4, 1e4, width=32), min_size=2, max_size=9)


def test_exp_is_right_to_the_last_bits() -> None:
    x = np.concatenate([np.linspace(-700, 0, 20_001), np.linspace(-1, 0, 20_001)])
    np.testing.assert_allclose(exp(x), np.exp(x), rtol=1e-13)
    assert exp(np.zeros(1))[0] == 1.0


@given(LOGITS, st.floats(0.01, 100))
def test_rows_are_probabilities(logits: list[float], temperature: float) -> None:
    row = softmax(np.array([logits], np.float32), temperature)[0]
    x = [math.exp((value - max(logits)) / temperature) for value in logits]
    np.testing.assert_allclose(row, np.array(x) / sum(x), rtol=1e-6, atol=1e-37)
    assert row.dtype == np.float32
    assert row[int(np.argmax(logits))] == row.max()


def test_the_bits_do_not_move() -> None:
    logits = np.array([[0.1, -2.5, 3.25, 0.0], [-800, 0, 0, 800]], np.float32)
    found = softmax(logits, 0.7).view(np.uint32).tolist()
    assert found == BITS
    assert np.array_equal(softmax(logits[1:], 0.7), softmax(logits, 0.7)[1:])
