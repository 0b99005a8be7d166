"""Texts that are odd: empty, huge, not Unicode, without special tokens."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, processors

from nanonet.encode import MAX_CHARS, Encoder, load_encoder
from nanonet.encode.tokens import clip_text, special_margins
from nanonet.errors import UserError


def test_odd_texts_give_finite_vectors(encoder: Encoder) -> None:
    texts = ["", " \n", "\ud800 lone", "🦜", "good " * 1000, "x" * 3000]
    values = encoder.encode(texts)
    assert values.shape == (6, 10, 32)
    assert values.dtype == np.float16
    assert np.isfinite(values).all()


def test_five_megabytes_take_no_longer_than_a_page(encoder: Encoder) -> None:
    encoder.encode(["warm up"])
    begin = time.perf_counter()
    huge = encoder.encode(["good bad " * 550_000])
    assert time.perf_counter() - begin < 1.0
    assert (huge == encoder.encode([("good bad " * 550_000)[:MAX_CHARS]])).all()


def test_a_vector_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    alone = encoder.encode(["oil fall"])[0]
    among = encoder.encode(["a", "oil fall", "the bank was great " * 20])[1]
    assert (alone == among).all()


@pytest.mark.parametrize("bad", ["one string", ["fine", None], [3]])
def test_what_is_not_text_is_refused(encoder: Encoder, bad: Any) -> None:
    with pytest.raises(UserError, match="string"):
        encoder.encode(bad)


def test_no_text_at_all(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 10, 32)


def test_clipping_keeps_whole_texts_whole() -> None:
    assert clip_text("é" * 10) == "é" * 10
    assert clip_text("a\udfff") == "a?"


def variant(tiny: Path, to: Path, special: str | None) -> Path:
    """The tiny encoder with another template of special tokens."""
    shutil.copytree(tiny, to)
    tokenizer = Tokenizer.from_file(str(to / "tokenizer.json"))
    if special is None:
        tokenizer.post_processor = processors.Sequence([])
    else:
        pieces = [(p, tokenizer.token_to_id(p)) for p in ("[CLS]", "[SEP]")]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=special, special_tokens=pieces
        )
    tokenizer.save(str(to / "tokenizer.json"))
    return to


def test_first_and_last_without_special_tokens(tiny: Path, tmp_path: Path) -> None:
    plain = load_encoder(variant(tiny, tmp_path / "none", None), cache_dir=tmp_path / "cache")
    values = plain.encode(["good bad oil", "good", ""])
    cls, first, last = values[:, 6], values[:, 7], values[:, 8]
    assert (cls == first).all()
    assert (first[0] != last[0]).any()
    assert (first[1] == last[1]).all()
    assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("special", "margins"),
    [(None, (0, 0)), ("[CLS] $A", (1, 0)), ("$A [SEP]", (0, 1)), ("[CLS] [CLS] $A [SEP]", (2, 1))],
)
def test_margins_are_counted(
    tiny: Path, tmp_path: Path, special: str | None, margins: tuple[int, int]
) -> None:
    folder = variant(tiny, tmp_path / "variant", special)
    assert special_margins(Tokenizer.from_file(str(folder / "tokenizer.json"))) == margins
