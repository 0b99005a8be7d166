"""Draws are exactly the protocol's: anyone can make them again from its one sentence."""

from __future__ import annotations

import numpy as np
import pytest
from bench.protocol import DEFAULT_DATA, REPOSITORY, SETS, Table, draw, load

from nanonet.data import read_classes

TRAIN = Table(
    tuple(f"text {i}" for i in range(60)), tuple("cab"[i % 3] if i else "rare" for i in range(60))
)
TEST = Table(("one", "two"), ("a", "b"))


def test_a_draw_is_the_first_k_rows_of_each_class_in_the_seeds_order() -> None:
    drawn = draw(TRAIN, TEST, shots=4, seed=3)
    order = np.random.RandomState(3).permutation(60)
    expected = []
    for name in ("a", "b", "c", "rare"):
        expected += [f"text {i}" for i in order if TRAIN.labels[i] == name][:4]
    assert list(drawn.labelled.texts) == expected
    assert drawn.classes == ("a", "b", "c", "rare")
    assert drawn.labelled.labels.count("rare") == 1


def test_the_pool_is_the_rest_and_carries_no_label() -> None:
    drawn = draw(TRAIN, TEST, shots=4, seed=3)
    assert not set(drawn.pool.texts) & set(drawn.labelled.texts)
    assert sorted(drawn.pool.texts + drawn.labelled.texts) == sorted(TRAIN.texts)
    assert not hasattr(drawn.pool, "labels")
    assert drawn.test.texts == TEST.texts


def test_no_shots_leave_everything_in_the_pool_and_seeds_differ() -> None:
    drawn = draw(TRAIN, TEST, shots=0, seed=0)
    assert drawn.labelled.texts == ()
    assert len(drawn.pool.texts) == 60
    assert draw(TRAIN, TEST, 4, 0) == draw(TRAIN, TEST, 4, 0)
    assert draw(TRAIN, TEST, 4, 0).labelled != draw(TRAIN, TEST, 4, 1).labelled


def test_an_absent_or_unknown_set_stops_with_one_sentence(tmp_path) -> None:
    with pytest.raises(SystemExit, match="--data"):
        load("trec6", tmp_path)
    with pytest.raises(SystemExit, match="unknown data set 'trec7'"):
        load("trec7", tmp_path)


TREES = ("clinc150", "trec50")  # taxonomies with parents, of single words: bench.run trees
CLASS_FILES = sorted(
    path for path in (REPOSITORY / "bench" / "classes").glob("*.toml") if path.stem not in TREES
)


@pytest.mark.parametrize("path", CLASS_FILES, ids=lambda path: path.stem)
def test_class_files_name_the_labels_of_their_set(path) -> None:
    specs = read_classes(path)
    assert path.stem in SETS
    assert all(spec.description and spec.phrases for spec in specs)
    if not (DEFAULT_DATA / SETS[path.stem][0]).is_file():
        pytest.skip("the data sets are not at ../shared/data")
    train, _ = load(path.stem)
    assert {spec.name for spec in specs} == set(train.labels)
