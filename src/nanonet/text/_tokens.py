"""Text to tokens, and tokens to 64-bit codes (a CRC-32 and three flags).

A token is a run of letters, digits and combining marks (with apostrophes inside it), or one
character of a script written without blanks, or one other visible character (punctuation, emoji).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from array import array
from collections.abc import Sequence

from nanonet.text.normalise import fold

START, END = "\x01", "\x02"  # virtual tokens; no real token holds a control character
HASH_BITS = 0xFFFFFFFF
SPACELESS, IS_START, IS_END = 1 << 32, 1 << 33, 1 << 34
_MARKS = {START: zlib.crc32(b"<s>") | IS_START, END: zlib.crc32(b"</s>") | IS_END}

# Han, kana, bopomofo, Thai, Lao, Myanmar, Khmer, New Tai Lue.
_SPACELESS_RANGES = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19FF), (0x2E80, 0x2FDF),
    (0x3005, 0x3007), (0x3021, 0x3029), (0x3040, 0x312F), (0x31A0, 0x31BF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)  # fmt: skip
# An apostrophe that does not stand between two word characters is punctuation.
_OUTER_APOSTROPHE = re.compile(r"'(?:(?<![^\s']')|(?![^\s']))")
# 20,000 news texts hold 71,000 different pieces; a full cache takes about 25 MB.
_LONGEST_CACHED, _CACHE_ROOM = 32, 1 << 17


def _is_spaceless(char: str) -> bool:
    point = ord(char)
    if point < 0x0E00 or not any(low <= point <= high for low, high in _SPACELESS_RANGES):
        return False
    return unicodedata.category(char)[0] in "LMN"


class _Padding(dict[int, str]):
    """For ``str.translate``: each character that is a token of its own gets blanks around it."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        if char.isspace() or unicodedata.category(char) == "Cc":
            padded = " "
        elif char == "'":
            padded = char
        elif _is_spaceless(char) or not (char.isalnum() or unicodedata.category(char)[0] == "M"):
            padded = f" {char} "
        else:
            padded = char
        self[point] = padded
        return padded


class _Codes(dict[str, int]):
    """Token to code: CRC-32 of its UTF-8 bytes, and bit 32 for one spaceless character."""

    def __missing__(self, token: str) -> int:
        code = zlib.crc32(token.encode("utf-8", "surrogatepass"))
        if len(token) == 1 and _is_spaceless(token):
            code |= SPACELESS
        if len(token) <= _LONGEST_CACHED:
            self[token] = code
        return code


class _Chunks(dict[str, bytes]):
    """Blank-free piece of raw text to the codes of its tokens, as packed int64.

    Words repeat, so almost every piece is found here and costs one look-up: folding, cutting and
    hashing are paid once a piece, not once a text.
    """

    def __missing__(self, chunk: str) -> bytes:
        codes = (_MARKS[chunk],) if chunk in _MARKS else map(_CODES.__getitem__, tokens(chunk))
        packed = array("q", codes).tobytes()
        if len(chunk) <= _LONGEST_CACHED:
            self[chunk] = packed
        return packed


# Caches of pure functions, one a process, bounded; nothing depends on what they hold.
_PADDING, _CODES, _CHUNKS = _Padding(), _Codes(), _Chunks()


def tokens(text: str) -> list[str]:
    """The tokens of one text or piece of text, in order, folded."""
    padded = fold(text).translate(_PADDING)
    if "'" in padded:
        padded = _OUTER_APOSTROPHE.sub(" ' ", padded)
    return padded.split()


def padded_char(char: str) -> str:
    """The character as the tokeniser sees it: blanks around it where it is a token of its own."""
    return _PADDING[ord(char)]


def is_spaceless_token(token: str) -> bool:
    """Whether a token is one character of a script written without blanks."""
    return len(token) == 1 and _is_spaceless(token)


def pack_codes(texts: Sequence[str]) -> bytes:
    """Codes of all tokens of all texts as packed int64, each text between START and END."""
    if len(_CHUNKS) > _CACHE_ROOM:
        _CHUNKS.clear()
    if len(_CODES) > _CACHE_ROOM:
        _CODES.clear()
    joined = f"{START} " + f" {END} {START} ".join(texts) + f" {END}"
    if joined.count(START) != len(texts) or joined.count(END) != len(texts):
        return pack_codes([text.replace(START, " ").replace(END, " ") for text in texts])
    return b"".join(map(_CHUNKS.__getitem__, joined.split()))
