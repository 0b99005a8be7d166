"""What the compiled kernel is told of the running Python's Unicode tables, 256 code points a page.

The kernel must fold and cut as ``normalise`` and ``_tokens`` do, so it asks them.
"""

from __future__ import annotations

import unicodedata
from array import array

from nanonet.text._tokens import is_spaceless_token as is_spaceless
from nanonet.text._tokens import padded_char
from nanonet.text.normalise import fold

SEPARATOR, WORD, SYMBOL, SPACELESS, APOSTROPHE = range(5)
ASK = (1 << 64) - 1
# Within these ranges a character that is no mark and no conjoining jamo never composes with what
# stands before it (a test folds them all beside one another). Elsewhere some letters do, in scripts
# that are still growing, so text with other characters is folded whole.
_INERT = (
    (0x0000, 0x02FF), (0x0370, 0x058F), (0x10A0, 0x10FF), (0x1E00, 0x2FFF), (0x3000, 0x9FFF),
    (0xAC00, 0xD7A3), (0xF900, 0xFB06), (0xFF00, 0xFFEF), (0x1F000, 0x1FAFF), (0x20000, 0x2FFFF),
)  # fmt: skip
_JAMO = range(0x1100, 0x1200)
_MOST = 3


def code_page(number: int) -> tuple[bytes, bytes]:
    """For code points 256 * number and on: 256 uint64 of how they fold, 256 uint8 of their kind.

    Folded characters stand in 21 bits each, the first lowest, three at most; zero is none, ``ASK``
    is "only with its neighbours, or too long". Separators fold to a blank.
    """
    points = range(256 * number, 256 * number + 256)
    folds = array("Q", (_folded(point) for point in points))
    return folds.tobytes(), bytes(map(_kind, points))


def _kind(point: int) -> int:
    char = chr(point)
    padded = padded_char(char)
    if padded == " ":
        return SEPARATOR
    if padded == char:
        return APOSTROPHE if char == "'" else WORD
    return SPACELESS if is_spaceless(char) else SYMBOL


def _folded(point: int) -> int:
    char = chr(point)
    if _kind(point) == SEPARATOR:
        return ord(" ")
    folded = fold(char)
    if not _is_inert(char) or not _is_inert(char.casefold()) or not all(map(_is_inert, folded)):
        return ASK
    if len(folded) > _MOST:
        return ASK
    return sum(ord(one) << (21 * place) for place, one in enumerate(folded))


def _is_inert(text: str) -> bool:
    """Whether the text neither composes with what stands before it nor begins with a mark."""
    first = unicodedata.normalize("NFKD", text)[:1]
    if not first or not any(low <= ord(text[0]) <= high for low, high in _INERT):
        return False
    return unicodedata.category(first)[0] != "M" and ord(first) not in _JAMO
