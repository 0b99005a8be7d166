import numpy as np

from nanonet.select import margin_gain, next_texts


def _pool(n=240, seed=0):
    rng = np.random.default_rng(seed)
    points = np.eye(4, 6)[rng.integers(0, 4, n)] + 0.2 * rng.normal(size=(n, 6))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    table = np.exp(3 * points[:, :4])
    return points.astype(np.float32), (table / table.sum(axis=1, keepdims=True)).astype(np.float32)


def test_with_a_model_the_choice_is_unsure_balanced_and_diverse():
    points, table = _pool()
    rows = next_texts(points, 16, np.random.default_rng(0), table)
    assert len(set(rows.tolist())) == 16
    gain = margin_gain(table)
    assert gain[rows].mean() > gain.mean()
    assert np.bincount(table[rows].argmax(axis=1), minlength=4).min() >= 1
    top = np.argsort(-gain)[:16]

    def closeness(r):
        return (points[r] @ points[r].T)[np.triu_indices(16, 1)].mean()

    assert closeness(rows) < closeness(top)


def test_what_is_like_a_labelled_text_is_not_asked_first():
    points, _ = _pool()
    before = np.eye(4, 6, dtype=np.float32)[:2]
    rows = next_texts(points, 2, np.random.default_rng(0), before=before)
    assert sorted(points[rows][:, :4].argmax(axis=1)) == [2, 3]


def test_a_pool_smaller_than_asked_is_given_whole():
    points, table = _pool(7)
    assert sorted(next_texts(points, 30, np.random.default_rng(0), table)) == list(range(7))
    assert sorted(next_texts(points, 30, np.random.default_rng(0), None, points[:3])) == list(
        range(7)
    )
