"""How much nano counts beside micro."""

import numpy as np
import pytest

from nanonet.pipeline.ensemble import FADE, POOL_FOR_HALF, nano_weight
from nanonet.runtime import EnsembleRule


def test_a_nano_that_is_as_good_counts_in_full_and_less_where_it_is_behind():
    assert nano_weight(-0.02, 10**9) == pytest.approx(1.0)
    assert nano_weight(0.0, POOL_FOR_HALF) == 0.5
    assert nano_weight(FADE, 10**9) == pytest.approx(np.exp(-1))
    losses = [nano_weight(loss, 5000) for loss in (-0.1, 0.0, 0.05, 0.1, 0.3)]
    assert losses[0] == losses[1]
    assert sorted(losses[1:], reverse=True) == losses[1:]
    assert nano_weight(0.0, 0) == 0.0


def test_a_weight_of_nought_leaves_micro_as_it_is():
    rng = np.random.default_rng(0)
    nano, micro = rng.normal(size=(2, 50, 4)).astype(np.float32)
    rule = EnsembleRule(0.5, 2.0, 0)
    assert np.array_equal(rule.joined(nano, micro), (micro.astype(np.float64) / 2).astype("f4"))
    both = EnsembleRule(0.5, 2.0, 1).joined(nano, micro)
    np.testing.assert_allclose(both, micro / 2 + nano / 0.5, rtol=1e-5, atol=1e-6)
