import numpy as np
import pytest

from nanonet.errors import UserError
from nanonet.select import (
    CurateSettings,
    Labels,
    Steps,
    curate,
    first_copies,
    row_weights,
    verify,
)


class _Regression:
    """Softmax regression by plain gradient steps: the real thing, small."""

    def train(self, features, targets, weights, start, steps):
        x = np.hstack([features, np.ones((len(features), 1))])
        w = np.zeros((x.shape[1], targets.shape[1])) if start is None else start.copy()
        for _ in range(steps):
            z = np.exp(x @ w - (x @ w).max(axis=1, keepdims=True))
            slope = (z / z.sum(axis=1, keepdims=True) - targets) * weights[:, None]
            w -= 0.5 * x.T @ slope / weights.sum()
        return w

    def logits(self, coefficients, features):
        return features @ coefficients[:-1] + coefficients[-1]


def _learner(features, targets, weights):
    w = _Regression().train(features, targets, weights, None, 60)

    def predict(rows):
        z = np.exp(_Regression().logits(w, rows))
        return (z / z.sum(axis=1, keepdims=True)).astype(np.float32)

    return predict


def _table(n=400, rate=0.25, seed=0, classes=3):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, n)
    points = 2.0 * np.eye(classes, classes + 40)[truth] + 0.5 * rng.normal(size=(n, classes + 40))
    points = points.astype(np.float32)  # room enough to learn errors by heart
    flip = rng.random(n) < rate
    given = np.where(flip, (truth + rng.integers(1, classes, n)) % classes, truth)
    texts = [f"{a} {b} {c} {d} {e} row {i}" for i, (a, b, c, d, e) in enumerate(
        rng.integers(0, 10_000, (n, 5)))]  # fmt: skip
    return Labels(texts, points, given, classes), truth


def _run(labels, settings=None, seed=0):
    return curate(labels, _learner, _Regression(), np.random.default_rng(seed), settings)


def test_planted_errors_are_left_out_once_that_has_been_seen_to_pay():
    labels, truth = _table()
    found = _run(labels)
    assert found.verdict.kept
    assert found.verdict.gain > found.verdict.error > 0
    wrong = labels.y != truth
    assert wrong[found.kept].mean() < 0.4 * wrong.mean()
    assert found.kept.sum() == sum(reason == "" for reason in found.reason)
    assert set(found.reason) == {"", "suspect"}
    assert found.weights[found.kept].mean() == pytest.approx(1)
    assert (found.weights[~found.kept] == 0).all()


def test_a_filter_that_takes_labels_at_random_is_refused_and_one_that_knows_is_taken():
    labels, truth = _table(600)
    rng = np.random.default_rng(1)
    chance = rng.random(600) < 0.6
    right = labels.y == truth

    def verdict(keep):
        return verify(
            labels.vectors, labels.y, 3, lambda rows: keep[rows].astype(np.float32),
            _Regression(), np.random.default_rng(0), Steps(15, 40, 3),
        )  # fmt: skip

    assert verdict(right).kept
    assert not verdict(chance).kept
    only_wrong = verdict(~right)
    assert not only_wrong.kept
    assert only_wrong.gain < 0
    assert verdict(right).dropped == pytest.approx((~right).mean(), abs=0.02)
    assert verdict(right).rows == 600


def test_the_filter_on_trial_sees_only_the_rows_at_hand():
    labels, _ = _table(90)
    seen = []

    def keep(rows):
        seen.append(set(rows.tolist()))
        return np.ones(len(rows), np.float32)

    result = verify(labels.vectors, labels.y, 3, keep, _Regression(), np.random.default_rng(0))
    assert [len(rows) for rows in seen] == [60, 60, 60]
    assert set.intersection(*seen) == set()
    assert not result.kept, "a filter that keeps everything saves nothing"
    assert result.gain == pytest.approx(0)


def test_copies_are_kept_once_and_point_to_the_first():
    labels, _ = _table(100, rate=0)
    texts = [*labels.texts[:90], *labels.texts[:10]]
    found = _run(Labels(texts, labels.vectors, labels.y, 3))
    assert found.first[90:].tolist() == list(range(10))
    assert [found.reason[i] for i in range(90, 100)] == ["copy"] * 10
    assert first_copies(["a b c d e f", "x", "A b c d e f", "x", ""]).tolist() == [0, 1, 0, 1, 4]


@pytest.mark.parametrize("by", ["random", "herding", "cover", "difficulty"])
def test_a_coreset_has_its_size_and_every_classs_share(by):
    labels, _ = _table()
    found = _run(labels, CurateSettings(60, by))
    assert found.kept.sum() == 60
    assert not (found.kept & found.doubts.suspect).any()
    good = np.array([reason in ("", "not in the coreset") for reason in found.reason])
    shares = np.bincount(labels.y[found.kept], minlength=3) / 60
    assert shares == pytest.approx(np.bincount(labels.y[good]) / good.sum(), abs=0.03)
    again = _run(labels, CurateSettings(60, by))
    assert (again.kept == found.kept).all()


def test_a_coreset_larger_than_what_is_good_is_said():
    labels, _ = _table(120)
    found = _run(labels, CurateSettings(5000))
    assert any("5000 rows were asked for" in note for note in found.notes)


def test_few_rows_and_small_classes_are_left_in_peace():
    labels, _ = _table(30)
    found = _run(labels)
    assert found.verdict is None
    assert found.kept.all()
    assert "too few" in found.notes[0]
    labels, _ = _table(200)
    labels.y[:2] = 3
    found = _run(Labels(labels.texts, labels.vectors, labels.y, 4))
    assert not found.doubts.suspect[:2].any()
    assert any("too small to be doubted: 1" in note for note in found.notes)


def test_weights_by_loss():
    losses = np.array([0.0, 0.5, 1.0], np.float32)
    assert row_weights(losses, "uniform").tolist() == [1, 1, 1]
    assert row_weights(np.ones(4, np.float32)).tolist() == [1] * 4
    clipped = np.quantile(losses.astype(float), 0.99)
    h = 2 * np.minimum(losses, clipped) / clipped - 1
    for kind, f in {
        "linupper": np.minimum(h + 1, 1), "quadratic": 1 - h * h, "extremes": abs(h)
    }.items():  # fmt: skip
        expected = np.exp(f / 0.4) / np.exp(f / 0.4).mean()
        assert row_weights(losses, kind) == pytest.approx(expected, rel=1e-5)
    many = np.sort(np.random.default_rng(0).exponential(size=300))
    assert (np.diff(row_weights(many)) >= 0).all(), "the easier never outweighs the harder"
    assert row_weights(many, r=1e6) == pytest.approx(np.ones(300), abs=1e-4)


def test_training_in_batches_weighs_by_the_same_maps():
    torch = pytest.importorskip("torch", reason="the other side of the comparison needs torch")
    from nanonet.distil.reweight import KINDS, loss_weights

    losses = np.random.default_rng(0).exponential(size=64).astype(np.float32)
    for kind in KINDS:
        theirs = loss_weights(torch.tensor(losses), kind).numpy()
        assert row_weights(losses, kind) == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"by": "luck"}, "by is 'luck'"),
        ({"weigh": "heavy"}, "weigh is 'heavy'"),
        ({"size": 0}, "size is 0"),
    ],
)
def test_settings_that_are_none_are_refused(settings, said):
    with pytest.raises(UserError, match=said):
        CurateSettings(**settings)
    with pytest.raises(UserError, match="the reweighting is 'x'"):
        row_weights(np.ones(3), "x")
