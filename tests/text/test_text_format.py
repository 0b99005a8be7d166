"""The ids are a file format: an independent spelling of the hash, and numbers that may not move."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanonet.errors import FormatError, UserError
from nanonet.text import GramSpec, featurise, gram_spans

FULL = (1 << 64) - 1
# If one of these changes, every artefact written so far is misread: raise the featuriser version.
GOLDEN = {
    "<start> <end>": 3938685024,
    "<start> i": 167861567,
    "i": 1727996147,
    "don't": 4201795373,
    "don't know": 980625444,
    "你好吗": 1392461658,
    "🙂": 3960210576,
    "🙂 <end>": 616896510,
}


def slow_id(*tokens: str) -> int:
    """The documented hash, one number at a time."""
    state = 0x6A09E667F3BCC909
    for token in tokens:
        x = state ^ zlib.crc32(token.encode("utf-8", "surrogatepass"))
        x = (x + 0x9E3779B97F4A7C15) & FULL
        x = (x * 0xBF58476D1CE4E5B9) & FULL
        state = x ^ (x >> 32)
    return state >> 32


@given(st.lists(st.text("abcdé0", min_size=1, max_size=5), min_size=1, max_size=6))
def test_ids_follow_the_documented_hash(words: list[str]) -> None:
    words = ["<s>", *words, "</s>"]
    expected = [slow_id(words[0], words[1])]
    for i in range(1, len(words) - 1):
        expected += [slow_id(words[i]), slow_id(words[i], words[i + 1])]
    assert featurise([" ".join(words[1:-1])], GramSpec()).ids.tolist() == expected


def test_golden_ids_do_not_move() -> None:
    text = "I DON’T know 你好吗 now 🙂"
    found = {surface: i for text in (text, "") for i, surface in gram_spans(text, GramSpec())}
    assert {surface: found[surface] for surface in GOLDEN} == GOLDEN


def test_ids_are_spread_evenly() -> None:
    spec = GramSpec()
    ids = featurise([f"w{i} v{i % 97}" for i in range(40_000)], spec).ids
    kinds = np.unique(ids)
    counts = np.bincount(kinds >> np.uint32(24), minlength=256)
    expected = len(kinds) / 256
    # Chi-squared with 255 degrees of freedom: mean 255, sd 22.6.
    assert 150 < ((counts - expected) ** 2 / expected).sum() < 370
    low = np.bincount(kinds & np.uint32(255), minlength=256)
    assert 150 < ((low - expected) ** 2 / expected).sum() < 370


def test_spec_survives_the_round_trip() -> None:
    spec = GramSpec(word_ngrams=3, boundaries=False, char_ngrams=2, max_chars=100)
    assert GramSpec.from_dict(spec.to_dict()) == spec


def test_foreign_specs_are_refused() -> None:
    with pytest.raises(FormatError, match=r"version 2 .*upgrade"):
        GramSpec.from_dict({**GramSpec().to_dict(), "version": 2})
    with pytest.raises(FormatError, match="no version"):
        GramSpec.from_dict({})
    with pytest.raises(FormatError, match="surprise"):
        GramSpec.from_dict({**GramSpec().to_dict(), "surprise": 1})
    for bad in ({"word_ngrams": 0}, {"max_chars": 0}, {"boundaries": 1}, {"char_ngrams": True}):
        with pytest.raises(UserError, match=next(iter(bad))):
            GramSpec(**bad)  # type: ignore[arg-type]
