"""Classes in a tree: its shape, the search from the roots down, the cut, the decision."""

from __future__ import annotations

import numpy as np
import pytest

from nanonet.data import ClassSpec
from nanonet.errors import UserError
from nanonet.votes import Descent, Tree, best_by_path
from nanonet.votes.descent import descend, gap_cut, level_evidence, lifted, refine

#        0 food     1 tools    2 apple 3 bread 4 saw   5 drill   6 other (a leaf at the top)
SPECS = [ClassSpec("food"), ClassSpec("tools"), ClassSpec("apple", parent="food"),
         ClassSpec("bread", parent="food"), ClassSpec("saw", parent="tools"),
         ClassSpec("drill", parent="tools"), ClassSpec("other")]  # fmt: skip


@pytest.fixture
def tree():
    return Tree.of(SPECS)


def test_the_shape(tree):
    assert tree.levels == ((0, 1, 6), (2, 3, 4, 5))
    assert tree.leaves == (2, 3, 4, 5, 6)
    assert tree.path(5) == (1, 5)
    assert tree.children(0) == (2, 3)
    assert tree.children(-1) == (0, 1, 6)
    assert np.flatnonzero(tree.above[4]).tolist() == [1, 4]


@pytest.mark.parametrize(
    ("specs", "said"),
    [
        ([ClassSpec("a", parent="b"), ClassSpec("c")], "'a' has the parent 'b', which is no class"),
        ([ClassSpec("a", parent="b"), ClassSpec("b", parent="a")], "a -> b -> a; cut the circle"),
        ([ClassSpec("a", parent="a"), ClassSpec("b")], "a -> a"),
        ([ClassSpec("x", parent="b"), ClassSpec("a", parent="b"), ClassSpec("b", parent="a")],
         "b -> a -> b"),
    ],
)  # fmt: skip
def test_a_tree_that_is_none(specs, said):
    with pytest.raises(UserError, match=said):
        Tree.of(specs)


def test_paths_by_hand(tree):
    evidence = np.array([[2.0, 0.0, 1.0, 0.0, 9.0, 0.0, -1.0]], np.float32)
    every = descend(evidence, tree, wider=9)[0]
    roots = np.log(np.exp([2.0, 0.0, -1.0]) / np.exp([2.0, 0.0, -1.0]).sum())
    assert every[[0, 1, 6]] == pytest.approx(roots, abs=1e-5)
    under = np.exp([1.0, 0.0, 9.0, 0.0])
    assert every[4] == pytest.approx(roots[1] + np.log(under[2] / under.sum()), abs=1e-5)
    narrow = descend(evidence, tree, wider=1)[0]  # one root stays in the search, and the leaf
    assert np.isfinite(narrow).tolist() == [True, False, True, True, False, False, True]
    assert narrow[2] == pytest.approx(roots[0] + np.log(np.e / (np.e + 1)), abs=1e-5)


def test_the_cut_is_at_the_largest_of_the_first_gaps():
    scores = np.array([[0.9, 0.85, 0.3, 0.2, 0.1], [0.9, 0.2, 0.1, 0.0, -0.1],
                       [0.5, 0.45, 0.4, 0.35, -9.0]], np.float32)  # fmt: skip
    core, gap = gap_cut(scores)
    assert core.sum(axis=1).tolist()[:2] == [2, 1]
    assert gap[:2] == pytest.approx([0.55, 0.7])
    assert core[2].sum() <= 3  # the fourth gap, the widest, is not looked at


def test_the_leaf_whose_path_is_worth_most(tree):
    probability = np.array([[0.30, 0.30, 0.35, 0.05, 0.0], [0.2, 0.1, 0.0, 0.0, 0.7]])
    assert best_by_path(probability, tree).tolist() == [2, 6]
    assert probability[0].argmax() == 2  # the flat answer: saw


def vectors(seed=0, each=60):
    """Texts round their leaf, which lies round its parent."""
    rng = np.random.default_rng(seed)
    middles = np.linalg.qr(rng.normal(size=(24, 7)))[0].T
    leaves = [2, 3, 4, 5, 6]
    own = {leaf: middles[leaf] + (middles[SPECS_PARENT[leaf]] if leaf != 6 else 0)
           for leaf in leaves}  # fmt: skip
    y = np.repeat(leaves, each)
    rows = np.stack([own[leaf] for leaf in y]) + 0.25 * rng.normal(size=(len(y), 24))
    return middles, y, (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


SPECS_PARENT = {2: 0, 3: 0, 4: 1, 5: 1}


def test_the_source_finds_the_leaves_and_abstains_where_it_is_unsure():
    middles, y, pile = vectors()

    def embed(texts):
        if texts[0].startswith("This text"):
            rng = np.random.default_rng(1)
            rows = middles + 0.2 * rng.normal(size=middles.shape)
            return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return pile

    table = Descent(embed).vote(["x"] * len(y), SPECS)
    docs = np.unique(table.doc)
    assert 0.7 < len(docs) / len(y) <= 0.76
    assert set(table.label.tolist()) <= {2, 3, 4, 5, 6}
    best = np.zeros((len(y), 7))
    best[table.doc, table.label] = table.probability
    assert (best.argmax(axis=1) == y)[docs].mean() > 0.9


def test_a_parent_speaks_with_its_childrens_words(tree):
    sentences = [np.full((1, 2), float(c), np.float32) for c in range(7)]
    found = lifted(sentences, tree)
    assert found[0].tolist() == [[0.0, 0.0], [2.0, 2.0], [3.0, 3.0]]
    assert [len(block) for block in found] == [3, 3, 1, 1, 1, 1, 1]


def test_refining_helps_where_names_are_off(tree):
    middles, y, pile = vectors()
    rng = np.random.default_rng(3)
    rows = middles + 0.22 * rng.normal(size=middles.shape)
    names = [(row / np.linalg.norm(row)).astype(np.float32)[None] for row in rows]
    evidence = level_evidence(names, pile, tree)
    leaves = np.array(tree.leaves)
    before = (leaves[descend(evidence, tree)[:, leaves].argmax(1)] == y).mean()
    after = refine(descend(evidence, tree), evidence, pile, tree)
    assert (leaves[descend(after, tree)[:, leaves].argmax(1)] == y).mean() >= before
