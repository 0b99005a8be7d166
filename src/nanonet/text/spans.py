"""The n-grams of one text with their wording, for explanations."""

from __future__ import annotations

import numpy as np

from nanonet.text._grams import gram_table
from nanonet.text._tokens import END, START, is_spaceless_token, pack_codes, tokens
from nanonet.text.spec import GramSpec

_SHOWN = {START: "<start>", END: "<end>"}


def gram_spans(text: str, spec: GramSpec) -> list[tuple[int, str]]:
    """Each n-gram's id and wording ("refund", "not working", "<start> what"), in reading order.

    The ids are exactly those of ``featurise([text], spec)``, one to one. Characters of scripts
    without blanks are put together without blanks.
    """
    cut = text[: spec.max_chars]
    words = [START, *tokens(cut), END]
    ids, counts = gram_table(np.frombuffer(pack_codes([cut]), np.int64), spec)
    return [
        (int(ids[start, extra]), _wording(words[start : start + extra + 1]))
        for start, extra in zip(*np.nonzero(counts), strict=True)
    ]


def _wording(words: list[str]) -> str:
    glue = "" if all(map(is_spaceless_token, words)) else " "
    return glue.join(_SHOWN.get(word, word) for word in words)
