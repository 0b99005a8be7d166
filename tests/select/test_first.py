import numpy as np
import pytest

from nanonet.errors import UserError
from nanonet.select import cells, first_texts


def _clouds(sizes, seed=0, spread=0.15):
    """Unit vectors in clouds of these sizes around axes of their own, and each one's cloud."""
    rng = np.random.default_rng(seed)
    cloud = np.repeat(np.arange(len(sizes)), sizes)
    points = np.eye(len(sizes), 12)[cloud] + spread * rng.normal(size=(len(cloud), 12))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), cloud


def test_cells_are_the_clouds_and_centres_their_means():
    points, cloud = _clouds([30, 30, 30], spread=0.05)
    cell, centres = cells(points, 3, np.random.default_rng(0))
    assert len(set(zip(cell.tolist(), cloud.tolist(), strict=True))) == 3
    for one in range(3):
        assert centres[one] == pytest.approx(points[cell == one].mean(axis=0), abs=1e-5)


def test_fixed_centres_stay_where_they_are():
    points, _ = _clouds([20, 20])
    fixed = np.eye(2, 12, dtype=np.float32)[:1]
    _, centres = cells(points, 3, np.random.default_rng(0), fixed)
    assert (centres[0] == fixed[0]).all()


def test_the_first_texts_come_from_every_cloud_and_from_its_middle():
    points, cloud = _clouds([60, 40, 20, 10])
    rows = first_texts(points, 4, np.random.default_rng(0))
    assert sorted(cloud[rows]) == [0, 1, 2, 3]
    assert cloud[rows[0]] == 0, "the largest cell comes first"
    for row in rows:
        near = points[cloud == cloud[row]] @ points[row]
        all_near = points[cloud == cloud[row]] @ points[cloud == cloud[row]].T
        assert near.mean() > np.quantile(all_near.mean(axis=1), 0.6)


def test_an_odd_text_is_not_asked_for_early():
    points, _ = _clouds([50, 50])
    odd = -np.eye(1, 12, dtype=np.float32)
    rows = first_texts(np.concatenate([points, odd]), 2, np.random.default_rng(0))
    assert 100 not in rows


def test_texts_with_a_label_are_not_asked_again_and_their_cells_come_last():
    points, cloud = _clouds([40, 40, 40])
    known = np.flatnonzero(cloud == 0)[:1]
    rows = first_texts(points, 2, np.random.default_rng(0), labelled=known)
    assert sorted(cloud[rows]) == [1, 2]
    everything = first_texts(points, 500, np.random.default_rng(0), labelled=known)
    assert sorted([*everything, *known]) == list(range(120))


def test_a_model_that_is_unsure_somewhere_moves_the_choice_there():
    points, _ = _clouds([200], spread=0.05)
    gain = np.full(200, 0.1, np.float32)
    gain[17] = 1.0
    assert first_texts(points, 1, np.random.default_rng(0), gain).tolist() == [17]


def test_copies_and_the_same_seed():
    points = np.repeat(_clouds([5, 5])[0], 4, axis=0)
    rows = first_texts(points, 8, np.random.default_rng(1))
    assert len(set(rows.tolist())) == 8
    assert (rows == first_texts(points, 8, np.random.default_rng(1))).all()
    same = np.ones((9, 12), np.float32)
    assert len(set(first_texts(same, 5, np.random.default_rng(0)).tolist())) == 5


def test_rows_that_are_not_there_are_refused():
    with pytest.raises(UserError, match="there are 3"):
        first_texts(np.eye(3), 1, np.random.default_rng(0), labelled=np.array([7]))
