"""Token codes to n-gram ids, vectorised over a batch.

The hash, in words simple enough to write again in C. All numbers are unsigned 64-bit, wrapping::

    mix(state, token) = x ^ (x >> 32)  where  x = ((state ^ token) + ADD) * MULTIPLY
    state of (t1 .. tn) = mix(.. mix(mix(SEED, t1), t2) .., tn)       t = CRC-32 of the token
    id = state >> 32

The high half of the product depends on every bit below it, so it is the half that is kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nanonet.text._tokens import HASH_BITS, IS_END, IS_START, SPACELESS
from nanonet.text.spec import GramSpec

SEED = np.uint64(0x6A09E667F3BCC909)
ADD = np.uint64(0x9E3779B97F4A7C15)
MULTIPLY = np.uint64(0xBF58476D1CE4E5B9)
_HALF = np.uint64(32)


def _mix(state: NDArray[np.uint64] | np.uint64, token: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed: NDArray[np.uint64] = np.bitwise_xor(state, token)
    mixed += ADD
    mixed *= MULTIPLY
    mixed ^= mixed >> _HALF
    return mixed


def gram_table(
    codes: NDArray[np.int64], spec: GramSpec
) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    """Ids and which of them count, both [tokens, longest]: n-gram of length n+1 starting at t.

    ``codes`` are those of ``_tokens.pack_codes``. An n-gram of spaceless characters only may have
    up to ``char_ngrams`` of them, any other up to ``word_ngrams``; none crosses from text to text.
    """
    hashes = (codes & HASH_BITS).astype(np.uint64)
    virtual = (codes & (IS_START | IS_END)) != 0
    spaceless = (codes & SPACELESS) != 0
    longest = max(spec.word_ngrams, spec.char_ngrams if spaceless.any() else 1)
    ids = np.zeros((len(codes), longest), np.uint32)
    counts = np.zeros((len(codes), longest), np.bool_)
    state, whole, inside = _mix(SEED, hashes), ~virtual, spaceless
    ids[:, 0], counts[:, 0] = state >> _HALF, whole
    # An n-gram with boundaries ends at the first END; without them it may touch no virtual token.
    stops = (codes & IS_END) != 0 if spec.boundaries else virtual
    whole = ~stops
    for extra in range(1, longest):
        state = _mix(state[:-1], hashes[extra:])
        whole = whole[:-1] & ~stops[extra - 1 : -1]
        if not spec.boundaries:
            whole = whole & ~virtual[extra:]
        inside = inside[:-1] & spaceless[extra:]
        ids[:-extra, extra] = state >> _HALF
        counts[:-extra, extra] = whole & _allowed(extra + 1, inside, spec)
    return ids, counts


def _allowed(length: int, inside: NDArray[np.bool_], spec: GramSpec) -> NDArray[np.bool_]:
    by_words, by_chars = length <= spec.word_ngrams, length <= spec.char_ngrams
    return np.where(inside, by_chars, by_words)
