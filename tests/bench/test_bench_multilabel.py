"""Draws of rows with several labels, scores over all classes, and the table."""

from collections import Counter

import numpy as np
import pytest
from bench._multilabel_table import multilabel
from bench.multilabel import SETS, Drawn, Protocol, Split, chosen, score

LABELS = (("a",), ("a", "b"), ("b",), ("a",), (), ("c",), ("a", "c"), ("b",))


def test_rows_are_taken_while_one_of_their_labels_is_short():
    order = [3, 0, 1, 2, 4, 5, 6, 7]
    own, rest = chosen(LABELS, order, Protocol("x", 2, None, 100))
    assert own == [3, 0, 1, 2, 5, 6]
    assert rest == [4, 7]
    counts = Counter(name for row in own for name in LABELS[row])
    assert min(counts.values()) >= 2
    assert chosen(LABELS, order, Protocol("x", None, 3, 100)) == (order[:3], order[3:])


def test_classes_that_no_labelled_row_has_count_as_not_found():
    test = Split(("x", "y"), (("a", "c"), ("b",)))
    drawn = Drawn(Split((), ()), (), test, ("a", "b", "c"))
    said = np.array([[True, False], [False, True]])
    found = score(drawn, ["a", "b"], said, said.astype(np.float32))
    assert found["macro_f1"] == pytest.approx(2 / 3)
    assert found["micro_f1"] == pytest.approx(2 * 2 / (2 + 3))
    assert found["accuracy"] == 0.5


def test_the_table_has_a_row_for_every_method():
    figures = {"micro_f1": 0.5, "macro_f1": 0.25, "accuracy": 0.1, "ece": 0.01}
    cells = [
        {
            "set": "reuters",
            "seed": seed,
            "method": method,
            "figures": dict.fromkeys(kinds, figures),
        }
        for method, kinds in (("lr", ["lr"]), ("nanonet", ["nano", "micro"]))
        for seed in (0, 1)
    ]
    told = multilabel({"protocols": list(SETS), "cells": cells})
    assert len(told.splitlines()) == 2 + 3
    assert ".500 ± .000" in told
