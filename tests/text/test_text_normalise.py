"""normalise: one spelling, a fixed point, and no text that breaks it."""

from __future__ import annotations

import doctest
import importlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanonet.text import normalise

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)  # lone surrogates included


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", ""),
        ("  Hello \t\n WORLD ", "hello world"),
        ("ﬁne ＡＢＣ １２", "fine abc 12"),
        ("Straße", "strasse"),
        ("don’t", "don't"),
        ("re\u00adfund\u200b", "refund"),
        ("a\x00b\x1fc\x85d\u2028e", "a b c d e"),
        ("e\u0301", "é"),
        ("e\u200d\u0301", "é"),
        ("\ud800 x", "\ud800 x"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
    ],
)
def test_folds_to_one_spelling(raw: str, expected: str) -> None:
    assert normalise(raw) == expected


@settings(max_examples=400, deadline=None)
@given(ANY_TEXT)
def test_is_idempotent_for_any_unicode(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert "  " not in once
    assert once == once.strip()


def test_is_idempotent_for_every_code_point_before_and_after_a_mark() -> None:
    for point in range(0x30000):
        text = f"a{chr(point)}\u0301\u0345"
        once = normalise(text)
        assert normalise(once) == once, hex(point)


def test_docstring_example_runs() -> None:
    module = importlib.import_module("nanonet.text.normalise")
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
