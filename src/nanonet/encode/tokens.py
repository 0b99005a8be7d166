"""Text to token ids, the same way in every backend and in the shipped model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nanonet.errors import FormatError, MissingExtra, UserError

MAX_TOKENS = 256
MAX_CHARS = 20_000
"""Texts are cut here before tokenising.

256 tokens never need 20,000 characters of real text, and a 5 MB text would otherwise spend
seconds in the tokenizer to have all but its first page thrown away.
"""


def check_texts(texts: Sequence[str]) -> None:
    """Raise ``UserError`` unless ``texts`` is a sequence of strings (empty strings are fine)."""
    if isinstance(texts, (str, bytes)):
        raise UserError("one string was given where a list of texts is needed; write [text]")
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise UserError(
                f"text {row} is {type(text).__name__} {text!r:.40}, not a string; "
                "drop the row or convert it with str()"
            )


def clip_text(text: str) -> str:
    """The part of ``text`` the encoder sees; lone surrogates become '?', as Rust needs UTF-8."""
    text = text[:MAX_CHARS]
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return text


def open_tokenizer(path: Path) -> Any:
    """Load a ``tokenizer.json`` (a ``tokenizers.Tokenizer``)."""
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise MissingExtra("running the encoder", "onnx") from None
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the Rust side raises bare Exception
        raise FormatError(f"{path} is not a readable tokenizer ({error})") from None


def token_ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Ids of each text, cut at the tokenizer's own limit, never empty.

    A tokenizer that adds no special tokens gives an empty text no token at all; id 0 stands in.
    """
    encoded = tokenizer.encode_batch([clip_text(text) for text in texts])
    return [one.ids or [0] for one in encoded]


def special_margins(tokenizer: Any) -> tuple[int, int]:
    """How many special tokens the tokenizer puts before and after a text."""
    mask = tokenizer.encode("a word").special_tokens_mask
    if 0 not in mask:
        return (0, 0)
    return (mask.index(0), mask[::-1].index(0))
