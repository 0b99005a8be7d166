"""Weights by loss: hand-computed cases and what must hold for any losses."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch", reason="the losses are torch tensors")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from nanonet.distil.reweight import KINDS, combine, loss_weights, weighted_mean  # noqa: E402
from nanonet.errors import UserError  # noqa: E402

SOME = st.lists(st.floats(0.0, 20.0, width=32), min_size=2, max_size=40).map(torch.tensor)


def by_hand(preferences, r):
    shares = [math.exp(f / r) for f in preferences]
    return torch.tensor([len(shares) * s / sum(shares) for s in shares])


@pytest.mark.parametrize(
    ("kind", "preferences"),
    [
        ("linupper", [0.0, 1.0, 1.0]),
        ("quadratic", [0.0, 1.0, 0.0]),
        ("extremes", [1.0, 0.0, 1.0]),
        ("upper", [0.0, 0.5, 1.0]),
    ],
)
def test_three_losses_by_hand(kind, preferences):
    """1, 2, 3 map to -1, 0, 1, but for the clip, which lowers the 3 to 2.98."""
    found = loss_weights(torch.tensor([1.0, 2.0, 3.0]), kind, r=0.4)
    torch.testing.assert_close(found, by_hand(preferences, 0.4), atol=0.03, rtol=0.03)


def test_linupper_to_the_digit():
    losses = torch.tensor([0.0, 4.0, 10.0, 10.0])
    h = [-1.0, -0.2, 1.0, 1.0]
    wanted = by_hand([min(x + 1.0, 1.0) for x in h], 0.4)
    torch.testing.assert_close(loss_weights(losses, "linupper"), wanted)


@given(losses=SOME, kind=st.sampled_from(KINDS))
@settings(max_examples=60, deadline=None)
def test_the_mean_is_one_and_equal_losses_weigh_alike(losses, kind):
    weights = loss_weights(losses, kind)
    assert weights.shape == losses.shape
    assert abs(float(weights.mean()) - 1.0) < 1e-4
    assert loss_weights(torch.full((7,), float(losses[0])), kind).equal(torch.ones(7))


@given(losses=SOME)
@settings(max_examples=60, deadline=None)
def test_an_easier_example_never_outweighs_a_harder_one_under_linupper(losses):
    weights = loss_weights(losses, "linupper")[torch.argsort(losses)]
    assert (weights[1:] >= weights[:-1] - 1e-5).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_r_is_uniform(kind):
    losses = torch.tensor([0.1, 0.5, 3.0, 9.0])
    torch.testing.assert_close(loss_weights(losses, kind, r=1e6), torch.ones(4))


def test_one_wild_loss_does_not_make_all_others_easy():
    losses = torch.cat([torch.linspace(0.5, 2.0, 300), torch.tensor([1e6])])
    weights = loss_weights(losses, "linupper")
    assert weights[0] < 0.5 * weights[200]


def test_no_gradient_runs_through_the_weights():
    losses = torch.tensor([1.0, 2.0, 5.0], requires_grad=True)
    weights = loss_weights(losses)
    weighted_mean(losses, weights).backward()
    torch.testing.assert_close(losses.grad, weights / 3)


def test_combined_weights_have_mean_one():
    product = combine(torch.tensor([0.5, 1.5]), torch.tensor([3.0, 1.0]))
    torch.testing.assert_close(product, torch.tensor([1.0, 1.0]))


def test_what_is_refused():
    with pytest.raises(UserError, match="uniform, linupper, quadratic, extremes, upper"):
        loss_weights(torch.ones(3), "lower")
    with pytest.raises(UserError, match="above 0"):
        loss_weights(torch.ones(3), "upper", r=0.0)
