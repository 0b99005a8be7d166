"""One spelling for texts that a reader would call the same."""

from __future__ import annotations

import re
import unicodedata

# Code points that Unicode calls default ignorable (soft hyphen, joiners, direction marks,
# variation selectors, tags): they change how a text is drawn, hardly ever what it says, and they
# are a common way to hide a word from a filter. NFKC_Casefold drops them too.
_IGNORED = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def fold(text: str) -> str:
    """Case and compatibility folding (Unicode's NFKC_Casefold), and the curly apostrophe as ``'``.

    Blanks and control characters stay as they are. Folding a text piece by piece, cut at blanks,
    gives the same as folding it whole: nothing composes with a blank.
    """
    if text.isascii():
        return text.lower()
    while True:
        # One pass is not always a fixed point (dropping a joiner may let a letter and its mark
        # compose, folding may leave a sequence that NFKC composes), so go on until nothing moves.
        once = _IGNORED.sub("", text).replace("\u2019", "'").casefold()
        once = unicodedata.normalize("NFKC", once)
        if once == text:
            return once
        text = once


def normalise(text: str) -> str:
    """The text folded (NFKC, case), each run of blanks and control characters one blank.

    Idempotent: ``normalise(normalise(t)) == normalise(t)``. Any ``str`` is accepted, lone
    surrogates included. Characters newer than the running Python's Unicode tables stay as they are.

    >>> normalise("  ﬁne\\tDON’T ")
    "fine don't"
    """
    folded = fold(text)
    if not folded.isprintable():  # a quick look: most texts hold no control character at all
        folded = _CONTROLS.sub(" ", folded)
    return " ".join(folded.split())
