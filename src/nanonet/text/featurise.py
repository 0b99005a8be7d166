"""Texts to bags of hashed n-grams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nanonet.errors import UserError
from nanonet.text._grams import gram_table
from nanonet.text._tokens import IS_END, pack_codes
from nanonet.text.spec import GramSpec

_BATCH_CHARS = 1 << 16  # about 300 news texts: the tables stay in the processor's cache


@dataclass(frozen=True)
class Grams:
    """The n-grams of n texts: those of text i are ``ids[indptr[i]:indptr[i + 1]]``.

    indptr: int64 [n + 1]. ids: uint32 [nnz], in reading order, duplicates kept.
    """

    indptr: NDArray[np.int64]
    ids: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.indptr) - 1


def featurise(texts: Sequence[str], spec: GramSpec) -> Grams:
    """Hash every n-gram of every text; an empty text has only the pair of its boundaries.

    A text's ids never depend on its neighbours. Raises UserError where ``texts`` is one string or
    holds something that is no string (with its position).
    """
    if isinstance(texts, str):
        raise UserError("texts is one string; give a list of strings, such as [text]")
    sizes: list[NDArray[np.int64]] = []
    parts: list[NDArray[np.uint32]] = []
    for batch in _batches(texts, spec.max_chars):
        count, ids = _featurise_batch(batch, spec)
        sizes.append(count)
        parts.append(ids)
    indptr = np.zeros(len(texts) + 1, np.int64)
    if parts:
        np.cumsum(np.concatenate(sizes), out=indptr[1:])
    return Grams(indptr, np.concatenate(parts) if parts else np.zeros(0, np.uint32))


def _batches(texts: Sequence[str], max_chars: int) -> Iterator[list[str]]:
    batch: list[str] = []
    chars = 0
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise UserError(
                f"text number {position} (counting from 0) is a {type(text).__name__}, {text!r:.40}"
                "; every text must be a string"
            )
        batch.append(text[:max_chars])
        chars += len(batch[-1]) + 1
        if chars >= _BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _featurise_batch(
    batch: list[str], spec: GramSpec
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    codes = np.frombuffer(pack_codes(batch), np.int64)
    ids, counts = gram_table(codes, spec)
    ends = np.flatnonzero(codes & IS_END)
    starts = np.concatenate([[0], ends[:-1] + 1])
    sizes = np.add.reduceat(counts.sum(axis=1, dtype=np.int64), starts)
    return sizes, ids[counts]
