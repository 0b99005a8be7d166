"""Fuzz the compiled kernel against NumPy: the same ids and the same bits for any text and settings.

    python tests/fuzz/fuzz_kernel.py -runs=200000        # with atheris: guided by coverage
    python tests/fuzz/fuzz_kernel.py --random 60         # without it: a minute of random bytes

A difference ends it with the bytes that show it. atheris is no dependency of the project
(``pip install atheris``, Linux, Python 3.11 to 3.13). To look for memory errors as well, build the
kernel with the sanitizers first (docs/decisions/0007-compiled-kernel.md says how).
"""

from __future__ import annotations

import contextlib
import random
import sys
import time

import numpy as np

try:
    import atheris

    instrumented = atheris.instrument_imports(include=["nanonet"])
except ImportError:
    atheris, instrumented = None, contextlib.nullcontext()
with instrumented:
    from nanonet.runtime import NanoScorer, NanoWeights
    from nanonet.text import GramSpec, featurise

# Bytes become characters of these, so that short inputs reach every branch of the tokeniser.
_ALPHABET = (
    "aZ09 '’._-\x00\x01\x02\x1c\x7f\x85\xa0\xadéÉßİıſŉǆΐςК한ᄒ\u1161\u11ab你、好がガｶﾞﾟไำກ"
    "ﬁ…™½²Ⅷﷺ\u0301\u0345\u0903\u200d\u202e\u2028\ufe0f🙂🏽\ud83d\udc4d\U00016d67\U00016d63\U000e0001"
)


def check(raw: bytes) -> None:
    """One input: a few bytes of settings, then texts in which byte 255 begins a new one."""
    spec = GramSpec(
        word_ngrams=1 + raw[0] % 4,
        boundaries=bool(raw[0] & 64),
        char_ngrams=1 + raw[1] % 4,
        max_chars=(raw[1] >> 2) or 50_000,
    )
    texts = [_text(part) for part in raw[4:].split(b"\xff")]
    weights = _weights(texts, spec, classes=1 + raw[2] % 6, seed=raw[3])
    compiled, plain = (NanoScorer(weights, spec, compiled=choice) for choice in (True, False))
    for text in texts:
        ids = np.frombuffer(compiled._table._table.ids(text), np.uint32)
        assert np.array_equal(ids, featurise([text], spec).ids), (raw, text)
    assert compiled.logits(texts, 2).tobytes() == plain.logits(texts).tobytes(), raw


def _text(part: bytes) -> str:
    """Low bytes pick from the alphabet; the two highest take three more for any code point."""
    found, at = [], 0
    while at < len(part):
        if part[at] >= 253 and at + 3 < len(part):
            found.append(chr(int.from_bytes(part[at + 1 : at + 4], "little") % 0x110000))
            at += 4
        else:
            found.append(_ALPHABET[part[at] % len(_ALPHABET)])
            at += 1
    return "".join(found)


def _weights(texts: list[str], spec: GramSpec, classes: int, seed: int) -> NanoWeights:
    rng = np.random.default_rng(seed)
    keys = np.unique(featurise(texts, spec).ids)[seed % 2 :: 2].copy()
    return NanoWeights(
        keys=keys,
        rows=rng.integers(-128, 128, (len(keys), classes), np.int8),
        scales=rng.integers(0, 192, len(keys), np.uint8),
        unit=float(np.float32(10.0 ** rng.uniform(-9, 3))),
        bias=rng.normal(size=classes).astype(np.float32),
    )


def main() -> None:
    """With atheris, or with ``--random SECONDS`` without it."""
    if "--random" in sys.argv:
        end, rng, runs = time.monotonic() + float(sys.argv[-1]), random.Random(), 0
        while time.monotonic() < end:
            check(rng.randbytes(rng.choice([4, 8, 20, 60, 300])))
            runs += 1
        print(f"{runs} inputs, no difference")
        return
    if atheris is None:
        sys.exit("atheris is not installed; use --random SECONDS")

    def one(raw: bytes) -> None:
        if len(raw) >= 4:
            check(raw)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
