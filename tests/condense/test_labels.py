"""Soft labels in closed form are those of which the wanted head is the optimum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _condensed import made_up
from nanonet.condense import label_for_head, labels_of, retrain, retrain_kept
from nanonet.condense.learner import log_loss
from nanonet.condense.span import Span, fit_span

SEEN = made_up()


def rows_of(seed, each=3):
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [rng.permutation(np.flatnonzero(SEEN.y == c))[:each] for c in range(SEEN.classes)]
    )


def centred(head):
    return head - head.mean(axis=1, keepdims=True)


def optimum(kept):
    """(coefficients [d + 1, C], loss and slope of flat ones) of ``kept`` in double precision."""
    optimize = pytest.importorskip("scipy.optimize", reason="the check needs SciPy")
    x = SEEN.features[kept.rows].astype(np.float64)
    y, w = kept.labels.astype(np.float64), kept.weights.astype(np.float64)

    def loss(flat, x=x):
        v = flat.reshape(-1, SEEN.classes)
        z = x @ v[:-1] + v[-1]
        z = z - z.max(axis=1, keepdims=True)
        log = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        slope = kept.c * w[:, None] * (np.exp(log) - y)
        slopes = np.concatenate([x.T @ slope + v[:-1], slope.sum(axis=0, keepdims=True)])
        value = kept.c * -(w[:, None] * y * log).sum() + 0.5 * (v[:-1] ** 2).sum()
        return value, slopes.ravel()

    basis = np.linalg.qr(x.T)[0]  # the optimum lies in the span of the rows
    start = np.zeros((basis.shape[1] + 1) * SEEN.classes)
    options = {"maxiter": 20000, "maxfun": 20000, "ftol": 1e-16, "gtol": 1e-10}
    found = optimize.minimize(
        loss, start, args=(x @ basis,), jac=True, method="L-BFGS-B", options=options
    ).x.reshape(-1, SEEN.classes)
    return np.concatenate([basis @ found[:-1], found[-1:]]), loss


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6))
def test_the_labels_are_distributions_and_learning_from_them_gives_the_spans_best_head(seed, each):
    rows = rows_of(seed, each)
    kept = label_for_head(SEEN, rows)
    assert kept.labels.shape == (len(rows), SEEN.classes)
    assert (kept.labels >= 0).all()
    assert np.allclose(kept.labels.sum(axis=1), 1.0, atol=1e-6)
    assert (kept.weights > 0).all()
    span = Span.of(SEEN, rows)
    wanted = fit_span(SEEN, span, iterations=200).head(span)
    got, _ = optimum(kept)
    size = np.linalg.norm(centred(wanted)[:-1])
    assert np.linalg.norm((centred(got) * kept.sharpen - centred(wanted))[:-1]) < 0.05 * size
    # From one row a class the optimum is so flat that single precision may stop short of it.
    near = 0.02 if each > 1 else 0.15
    assert abs(log_loss(retrain_kept(SEEN, kept), SEEN) - log_loss(wanted, SEEN)) < near


def test_the_numeric_optimum_for_the_labels_is_the_head_they_were_made_for():
    kept = label_for_head(SEEN, rows_of(3))
    found, loss = optimum(kept)
    span = Span.of(SEEN, kept.rows)
    wanted = centred(fit_span(SEEN, span, iterations=200).head(span))
    got = centred(found) * kept.sharpen
    assert np.linalg.norm((got - wanted)[:-1]) < 0.002 * np.linalg.norm(wanted[:-1])
    ours = retrain(SEEN.features[kept.rows], kept.labels, kept.weights, kept.c)
    assert loss(ours.astype(np.float64).ravel())[0] <= loss(found.ravel())[0] * 1.0001
    assert np.linalg.norm((centred(ours * kept.sharpen) - wanted)[:-1]) < 0.05 * np.linalg.norm(
        wanted[:-1]
    )


def test_a_head_inside_the_span_comes_back_whole():
    rows = rows_of(5, 4)
    rng = np.random.default_rng(0)
    mix = rng.standard_normal((len(rows), SEEN.classes))
    mix -= mix.mean(axis=0)
    mix -= mix.mean(axis=1, keepdims=True)
    head = np.concatenate([SEEN.features[rows].T @ mix, rng.standard_normal((1, SEEN.classes))])
    head = centred(head.astype(np.float32))
    kept = labels_of(head, SEEN.features[rows], rows)
    got = centred(retrain_kept(SEEN, kept))
    assert np.abs(got - head).max() < 0.03 * np.abs(head).max()


def test_the_reduced_regression_is_the_regression():
    from nanonet.learn import fit_softmax

    kept = label_for_head(SEEN, rows_of(7))
    x = SEEN.features[kept.rows]
    plain = fit_softmax(
        x, kept.labels, weights=kept.weights, c=kept.c, iterations=500, tolerance=1e-9
    )
    assert np.abs(retrain(x, kept.labels, kept.weights, kept.c) - plain).max() < 0.02
