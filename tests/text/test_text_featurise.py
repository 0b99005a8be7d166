"""featurise: what counts as a token, which n-grams come out, and that batches change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanonet.errors import UserError
from nanonet.text import GramSpec, featurise, gram_spans, normalise

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
# Short alphabets make repeated words, apostrophes and script changes likely.
DENSE_TEXT = st.text(st.sampled_from("aB '’.1你ไทย\u0301\x01\x02\t🙂\u00ad\ud83d"), max_size=30)
SPECS = st.builds(
    GramSpec,
    word_ngrams=st.integers(1, 4),
    boundaries=st.booleans(),
    char_ngrams=st.integers(1, 4),
    max_chars=st.sampled_from([7, 50_000]),
)


def surfaces(text: str, **settings: object) -> list[str]:
    return [surface for _, surface in gram_spans(text, GramSpec(**settings))]


def unigrams(text: str) -> list[str]:
    return surfaces(text, word_ngrams=1, char_ngrams=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Don't 'quote' rock'n'roll''s",
            ["don't", "'", "quote", "'", "rock'n'roll", "'", "'", "s"],
        ),
        ("dogs' 's a'", ["dogs", "'", "'", "s", "a", "'"]),
        ("3.5% off_now!!", ["3", ".", "5", "%", "off", "_", "now", "!", "!"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("iPhone手机2台", ["iphone", "手", "机", "2", "台"]),
        ("👍🏽 ok", ["👍", "🏽", "ok"]),
        ("안녕 세상", ["안녕", "세상"]),
        ("a\x01\x02b", ["a", "b"]),
        (" \u200b ", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert unigrams(text) == expected


def test_words_come_as_unigrams_and_pairs_with_boundaries() -> None:
    expected = ["<start> not", "not", "not good", "good", "good <end>"]
    assert surfaces("Not good") == expected
    assert surfaces("Not good", boundaries=False) == ["not", "not good", "good"]
    assert "<start> not good <end>" in surfaces("Not good", word_ngrams=4)


def test_spaceless_scripts_come_as_character_ngrams() -> None:
    expected = ["<start> 你", "你", "你好", "你好吗", "好", "好吗", "吗", "吗 ok", "ok", "ok <end>"]
    assert surfaces("你好吗ok") == expected
    assert surfaces("你好吗", word_ngrams=3, char_ngrams=1) == [
        "<start> 你", "<start> 你 好", "你", "好", "好 吗 <end>", "吗", "吗 <end>",
    ]  # fmt: skip


def test_an_empty_text_has_only_its_boundaries() -> None:
    assert surfaces("") == ["<start> <end>"]
    assert surfaces("", boundaries=False) == []
    assert featurise([], GramSpec()).indptr.tolist() == [0]
    assert featurise(["", ""], GramSpec(boundaries=False)).indptr.tolist() == [0, 0, 0]


@settings(max_examples=250, deadline=None)
@given(st.lists(st.one_of(ANY_TEXT, DENSE_TEXT), max_size=6), SPECS)
def test_a_batch_equals_its_texts_one_by_one(texts: list[str], spec: GramSpec) -> None:
    batch = featurise(texts, spec)
    assert batch.indptr.dtype == np.int64
    assert batch.ids.dtype == np.uint32
    assert len(batch) == len(texts)
    for i, text in enumerate(texts):
        alone = featurise([text], spec).ids.tolist()
        assert batch.ids[batch.indptr[i] : batch.indptr[i + 1]].tolist() == alone


@settings(max_examples=250, deadline=None)
@given(st.one_of(ANY_TEXT, DENSE_TEXT), SPECS)
def test_spans_are_aligned_with_the_ids(text: str, spec: GramSpec) -> None:
    assert [i for i, _ in gram_spans(text, spec)] == featurise([text], spec).ids.tolist()


@settings(max_examples=250, deadline=None)
@given(st.one_of(ANY_TEXT, DENSE_TEXT))
def test_normalising_first_changes_nothing(text: str) -> None:
    spec = GramSpec()
    assert featurise([text], spec).ids.tolist() == featurise([normalise(text)], spec).ids.tolist()


def test_long_batches_are_split_without_a_seam() -> None:
    texts = [f"text {i} of many, said no. {i}" for i in range(9_000)]
    batch = featurise(texts, GramSpec())
    for i in (0, 1, 4_321, 8_999):
        alone = featurise([texts[i]], GramSpec()).ids
        assert np.array_equal(batch.ids[batch.indptr[i] : batch.indptr[i + 1]], alone)


def test_texts_are_cut_at_max_chars() -> None:
    spec = GramSpec(max_chars=10)
    assert np.array_equal(featurise(["a b " * 100], spec).ids, featurise(["a b a b a "], spec).ids)
    big = featurise(["word " * 1_000_000], GramSpec())
    assert len(big.ids) == 2 * 10_000 + 1


def test_what_is_no_list_of_strings_is_refused() -> None:
    with pytest.raises(UserError, match="one string"):
        featurise("a text", GramSpec())
    with pytest.raises(UserError, match=r"text number 1 .* NoneType"):
        featurise(["a", None], GramSpec())  # type: ignore[list-item]
