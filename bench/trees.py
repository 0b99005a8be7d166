"""Classes in a tree: hierarchical F1 of flat and of tree-wise answers from the same votes.

No label is used: votes come from the class files (``bench/classes``), the pool is the training
split, and the test split is read together with it, as texts without labels, so that all ways
answer for the same texts. Hierarchical precision and recall (Kiritchenko et al. 2006) compare the
predicted class with its ancestors to the true class with its ancestors.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench import machine
from bench.accuracy import say, write_json
from bench.protocol import load

SETS = ("trec50", "clinc150")


def measure(name: str, data: Path, cache_dir: Path | None, classes_dir: Path) -> dict[str, Any]:
    """All ways on one set."""
    from nanonet.data import read_classes
    from nanonet.votes import Tree, unit_embedder

    train, test = load(name, data)
    specs = read_classes(classes_dir / f"{name}.toml")
    embed = unit_embedder(cache_dir=cache_dir)
    pile = embed([*train.texts, *test.texts])
    tree = Tree.of(specs)
    number = {spec.name: i for i, spec in enumerate(specs)}
    truth = np.array([number[label] for label in test.labels])
    here = slice(len(train.texts), None)
    answers = _answers(embed, specs, tree, pile)
    ways = {way: scores(found[here], truth, tree) for way, found in answers.items()}
    return {"set": name, "leaves": len(tree.leaves), "classes": len(specs), "ways": ways}


def _answers(embed: Any, specs: Sequence[Any], tree: Any, pile: Any) -> dict[str, Any]:
    """Leaf numbers [n] of every way, all from the same sentences and vectors."""
    from nanonet.votes import best_by_path, name_evidence, sentence_vectors, tree_evidence
    from nanonet.votes.descent import descend, leaf_logits, level_evidence, refine

    leaves = np.array(tree.leaves)
    sentences = sentence_vectors(embed, specs)
    flat = name_evidence([sentences[i] for i in leaves], pile).logits(pile)
    level = level_evidence(sentences, pile, tree)
    refined = refine(descend(level, tree), level, pile, tree)
    down = leaf_logits(descend(refined, tree), tree)
    return {
        "flat": leaves[flat.argmax(axis=1)],
        "flat, best expected path": best_by_path(_softmax(flat), tree),
        "sum over the path (fit)": leaves[
            tree_evidence(sentences, pile, tree).logits(pile).argmax(axis=1)
        ],
        "descent": leaves[leaf_logits(descend(level, tree), tree).argmax(axis=1)],
        "descent, refined on the pile": leaves[down.argmax(axis=1)],
    }


def scores(found: Any, truth: Any, tree: Any) -> dict[str, float]:
    """Accuracy on the leaves and on the roots, and hierarchical F1, micro-averaged."""
    mine, theirs = tree.above[found], tree.above[truth]
    both = float((mine & theirs).sum())
    precision, recall = both / mine.sum(), both / theirs.sum()
    roots = np.array([tree.path(i)[0] for i in range(len(tree.parent))])
    return {
        "hierarchical_f1": round(float(2 * precision * recall / (precision + recall)), 6),
        "leaf_accuracy": round(float((found == truth).mean()), 6),
        "root_accuracy": round(float((roots[found] == roots[truth]).mean()), 6),
    }


def _softmax(logits: Any) -> Any:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def run(
    sets: Sequence[str], data: Path, out: Path, cache_dir: Path | None, classes_dir: Path
) -> None:
    """Measure and write one JSON file."""
    cells = []
    for name in sets:
        cells.append(measure(name, data, cache_dir, classes_dir))
        for way, found in cells[-1]["ways"].items():
            say(f"{name}, {way}: {found}")
    write_json(out, {"kind": "trees", "machine": machine.facts(), "cells": cells})
