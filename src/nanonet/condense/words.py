"""Texts as rows of fixed word-piece vectors: what the network of ``li-li`` reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nanonet.encode import load_encoder
from nanonet.encode.source import find_source
from nanonet.learn import Floats

LENGTH = 32
WIDTH = 64


@dataclass(frozen=True)
class Words:
    """vectors: [V, width], row 0 of zeros stands for padding; pieces: the V names."""

    vectors: Floats
    pieces: tuple[str, ...]

    def near(self, rows: Floats) -> str:
        """The nearest piece of each row [L, width] by cosine, joined; padding is left out."""
        unit = self.vectors / np.maximum(np.linalg.norm(self.vectors, axis=1, keepdims=True), 1e-9)
        size = np.linalg.norm(rows, axis=1)
        found = (rows @ unit.T).argmax(axis=1)
        return " ".join(self.pieces[at] for at, length in zip(found, size, strict=True) if length)


@dataclass(frozen=True)
class WordTable:
    """ids: int32 [n, LENGTH], rows of ``words.vectors``."""

    words: Words
    ids: NDArray[np.int32]

    def read(self, rows: NDArray[np.int64]) -> Floats:
        """Vectors [len(rows), LENGTH, width]."""
        return self.words.vectors[self.ids[rows]]

    def means(self) -> Floats:
        """The mean vector of every text [n, 1, width], centred and scaled to unit spread."""
        count = np.maximum((self.ids > 0).sum(axis=1, keepdims=True), 1)
        total = np.zeros((len(self.ids), self.words.vectors.shape[1]), np.float32)
        for place in range(self.ids.shape[1]):
            total += self.words.vectors[self.ids[:, place]]
        mean = total / count
        mean = mean - mean.mean(axis=0)
        return np.asarray(mean / mean.std(), np.float32)[:, None, :]


def word_table(
    texts: Sequence[str], encoder: str | Path | None, cache_dir: str | Path | None
) -> WordTable:
    """The first ``LENGTH`` word pieces of each text, as vectors of ``WIDTH`` numbers at most.

    The vectors are the input embeddings of the encoder, centred and rotated to their leading
    principal directions over the pieces that occur; Li & Li take pretrained word vectors likewise.
    """
    from nanonet.encode.tokens import open_tokenizer, token_ids
    from nanonet.encode.torch_model import load_model

    loaded = load_encoder(encoder, cache_dir=cache_dir)
    tokenizer = open_tokenizer(loaded.tokenizer_path)
    rows = [row[1 : LENGTH + 1] for row in token_ids(tokenizer, texts)]
    weight = load_model(find_source(encoder)).get_input_embeddings().weight
    seen = np.unique(np.concatenate([np.asarray(row, np.int64) for row in rows]))
    table = weight.detach().numpy()[seen].astype(np.float32)
    table = table - table.mean(axis=0)
    turn = np.linalg.eigh(table.T @ table)[1][:, ::-1][:, :WIDTH]
    turned = table @ turn
    turned /= np.sqrt((turned**2).sum(axis=1).mean())
    place = {int(number): at for at, number in enumerate(seen, 1)}
    ids = np.zeros((len(rows), LENGTH), np.int32)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = [place[number] for number in row]
    vectors = np.concatenate([np.zeros((1, turned.shape[1]), np.float32), turned])
    pieces = ("", *(str(tokenizer.id_to_token(int(number))) for number in seen))
    return WordTable(Words(np.asarray(vectors, np.float32), pieces), ids)
