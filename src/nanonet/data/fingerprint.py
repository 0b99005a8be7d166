"""A short name for the exact content of a table, for provenance and caches."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

__all__ = ["fingerprint"]


def fingerprint(texts: Sequence[str], labels: Sequence[str] | None = None) -> str:
    """SHA-256 (64 hex digits) of the texts, and labels if given, in their order.

    Lengths are hashed with the values, so that ("ab", "c") and ("a", "bc") differ. Equal on every
    machine and in every Python version.

    >>> fingerprint(["a"])[:8] != fingerprint(["a"], ["x"])[:8]
    True
    """
    if labels is not None and len(labels) != len(texts):
        raise ValueError(f"{len(texts)} texts but {len(labels)} labels")
    digest = hashlib.sha256(b"texts" if labels is None else b"texts and labels")
    for column in (texts,) if labels is None else (texts, labels):
        digest.update(len(column).to_bytes(8, "little"))
        for value in column:
            # Lone surrogates come out of some JSON; they must not stop a fingerprint.
            data = value.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little"))
            digest.update(data)
    return digest.hexdigest()
