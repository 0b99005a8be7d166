"""The quick way for one text gives the bits of the runtime's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nanonet.runtime import Calibration
from nanonet.serve.one import proba_of_one

SCORES = st.lists(st.floats(-80, 80, width=32), min_size=2, max_size=8)
KNOTS = ((0.3, 0.1), (0.5, 0.45), (0.9, 0.6), (0.99, 0.95))


@given(SCORES, st.floats(0.05, 20), st.booleans())
def test_the_same_bits_with_and_without_knots(scores, temperature, bent) -> None:
    made = Calibration(temperature, knots=KNOTS if bent else ())
    logits = np.array([scores], np.float32)
    assert np.array_equal(proba_of_one(logits, made), made.proba(logits))
