"""Copies leave the table of lesser worth, order is kept, and nothing else is touched."""

import random
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanonet.data import Labelled, Pool, Test, guard
from nanonet.data._minhash import near_pairs

LONG = (
    "The central bank raised its main interest rate by a quarter of a point on Tuesday and said "
    "that further rises would follow if prices kept climbing as quickly as they did in the spring"
)
NEAR = LONG.replace("Tuesday", "Wednesday")


def _labelled(*rows):
    return Labelled(tuple(t for t, _ in rows), tuple(y for _, y in rows))


def test_exact_copies_go_by_worth():
    done = guard(
        _labelled(("One!", "x"), ("two", "y"), ("ONE!", "x"), ("three", "x"), ("seen", "y")),
        Pool(("four", "Two", "four", "seen", "five")),
        Test(("seen", "seen"), ("y", "y")),
    )
    assert done.labelled == _labelled(("One!", "x"), ("two", "y"), ("three", "x"))
    assert done.pool == Pool(("four", "five"))
    assert done.test == Test(("seen", "seen"), ("y", "y"))
    report = done.report
    assert (report.labelled_in_test, report.labelled_duplicates) == (1, 1)
    assert (report.pool_in_labelled, report.pool_in_test, report.pool_duplicates) == (1, 1, 1)
    assert len(report.notes) == 5


def test_copies_with_different_labels_all_go():
    done = guard(_labelled(("a b", "x"), ("A  b", "y"), ("c", "x"), ("d", "y")), Pool(("a b", "e")))
    assert done.labelled == _labelled(("c", "x"), ("d", "y"))
    assert done.report.conflicting == 2
    assert "another label" in done.report.notes[0]


def test_near_copies_go_too():
    done = guard(_labelled((LONG, "x"), ("other", "y")), Pool((NEAR, "something else")))
    assert done.pool == Pool(("something else",))
    assert done.report.pool_in_labelled == 1
    done = guard(_labelled((LONG, "x"), (NEAR, "x"), ("other", "y")), Pool(()))
    assert done.labelled.texts == (LONG, "other")
    assert done.report.labelled_near_duplicates == 1
    done = guard(_labelled((LONG, "x"), ("other", "y")), Pool((NEAR,)), Test((NEAR,), ("x",)))
    assert done.labelled.texts == ("other",)
    assert done.pool.texts == ()


def test_near_copies_with_different_labels_stay_and_are_counted():
    done = guard(_labelled((LONG, "x"), (NEAR, "y")), Pool(()))
    assert done.labelled.texts == (LONG, NEAR)
    assert done.report.near_conflicting == 1
    assert "kept" in done.report.notes[0]


def test_a_pool_that_is_the_labelled_table_is_called_out():
    done = guard(_labelled(("a", "x"), ("b", "y")), Pool(("a", "b")))
    assert done.pool == Pool(())
    assert any("adds nothing" in note for note in done.report.notes)


def test_clean_tables_pass_unchanged_and_without_notes():
    labelled, pool = _labelled(("a", "x"), ("b", "y")), Pool(("c", "d e f g h", "d e f g i", ""))
    done = guard(labelled, pool)
    assert (done.labelled, done.pool, done.test) == (labelled, pool, None)
    assert done.report.notes == ()
    assert set(done.report.to_dict().values()) == {0, ()}


@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("xy"))),
    st.lists(st.sampled_from("abcdefg")),
    st.lists(st.sampled_from("ag")),
)
def test_afterwards_no_text_stands_in_two_places(rows, pool, test):
    done = guard(_labelled(*rows), Pool(tuple(pool)), Test(tuple(test), ("x",) * len(test)))
    assert list(done.pool.texts) == list(dict.fromkeys(done.pool.texts))
    assert len(set(done.labelled.texts)) == len(done.labelled.texts)
    learned, left, tested = set(done.labelled.texts), set(done.pool.texts), set(test)
    assert len(learned) + len(left) + len(tested) == len(learned | left | tested)
    gone = set(pool) - left
    assert gone <= set(test) | {text for text, _ in rows}


def _variants(seed, words, changes, pairs):
    rng = random.Random(seed)
    for _ in range(pairs):
        text = [f"w{rng.randrange(5000)}" for _ in range(words)]
        other = list(text)
        for place in rng.sample(range(words), changes):
            other[place] = "changed"
        yield " ".join(text), " ".join(other)


@pytest.mark.parametrize(("changes", "low", "high"), [(1, 0.97, 1.0), (40, 0.0, 0.0)])
def test_share_of_pairs_found_follows_their_similarity(changes, low, high):
    pairs = list(_variants(0, 100, changes, 200))
    found = {tuple(pair) for pair in near_pairs([t for pair in pairs for t in pair])}
    share = sum((2 * i, 2 * i + 1) in found for i in range(len(pairs))) / len(pairs)
    assert low <= share <= high
    assert all(second == first + 1 and first % 2 == 0 for first, second in found)


def test_thousands_of_copies_of_one_template_stay_quick():
    texts = [f"{LONG} number {i} of many" for i in range(3000)]
    start = time.perf_counter()
    pairs = near_pairs(texts)
    assert time.perf_counter() - start < 5
    assert set(range(1, 3000)) <= set(pairs[:, 1].tolist())


def test_scripts_without_blanks_meet_too():
    text = "中央银行星期二将主要利率上调了四分之一个百分点并表示如果物价继续上涨将进一步加息"
    pairs = near_pairs([text, "别的完全不同的句子说的是另外一件事情", text.replace("息", "价")])
    assert np.array_equal(pairs, [[0, 2]])


def test_order_and_pairs_do_not_depend_on_neighbours():
    assert near_pairs(["x", LONG, "y", NEAR]).tolist() == [[1, 3]]
    assert near_pairs([LONG, NEAR]).tolist() == [[0, 1]]
    assert near_pairs([]).shape == (0, 2)


def test_twenty_thousand_texts_in_three_seconds():
    rng = np.random.default_rng(0)
    words = np.array([f"word{i}" for i in range(20_000)])
    texts = [" ".join(row) for row in words[rng.zipf(1.3, (20_000, 40)) % 20_000]]
    near_pairs(texts[:100])
    start = time.perf_counter()
    near_pairs(texts)
    assert time.perf_counter() - start < 3
