"""A text encoder that can be trained: a Hugging Face model, its tokenizer, and what joins them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nanonet.distil.batch import pad
from nanonet.distil.device import Place
from nanonet.distil.pool import read_out
from nanonet.encode import Readout
from nanonet.encode.source import TOKENIZER_FILES, Source, find_source
from nanonet.encode.tokens import check_texts, open_tokenizer, special_margins, token_ids
from nanonet.errors import UserError


@dataclass
class TextEncoder:
    """A model in eager mode with its tokenizer.

    margins: special tokens before and after a text; layers, dim: depth and width of the model;
    tokenizer_files: what must lie beside its weights to load it again.
    """

    name: str
    model: Any
    tokenizer: Any
    margins: tuple[int, int]
    max_tokens: int
    layers: int
    dim: int
    tokenizer_files: tuple[Path, ...] = ()

    @property
    def pad_id(self) -> int:
        """The id that fills short rows."""
        return getattr(self.model.config, "pad_token_id", None) or 0

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, special ones included, cut at ``max_tokens``."""
        check_texts(texts)
        return token_ids(self.tokenizer, texts)

    def run(
        self, ids: Tensor, mask: Tensor, embeds: Tensor | None = None, attentions: bool = False
    ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """(states, attentions): embeddings and each layer's output [B, S, d]; attention if asked.

        ``embeds`` [B, S, d] takes the place of the word embeddings of ``ids``. Attentions are empty
        where they are not asked for or the architecture does not return them.
        """
        given = {"input_ids": ids} if embeds is None else {"inputs_embeds": embeds}
        out = self.model(
            **given, attention_mask=mask, output_hidden_states=True, output_attentions=attentions
        )
        return tuple(out.hidden_states), tuple(out.attentions or ()) if attentions else ()

    def word_vectors(self, ids: Tensor) -> Tensor:
        """The word embeddings [B, S, d] that ``run`` takes as ``embeds``."""
        vectors: Tensor = self.model.get_input_embeddings()(ids)
        return vectors

    def vectors(
        self,
        texts: Sequence[str],
        readouts: Sequence[Readout],
        place: Place,
        *,
        batch: int = 32,
        stride: int | None = None,
    ) -> NDArray[np.float32]:
        """Readouts float32 [n, R, dim] without gradient, in batches of texts of like length.

        With ``stride`` a text longer than ``max_tokens`` is read in windows that advance by
        ``stride`` tokens, and its vector is the mean over the windows; else it is cut.
        """
        pieces, owner = self._pieces(texts, stride)
        out = np.zeros((len(texts), len(readouts), self.dim), np.float32)
        if not len(texts):
            return out
        was = self.model.training
        self.model.eval()
        try:
            with torch.no_grad(), place.autocast():
                for rows in by_length([len(piece) for piece in pieces], batch):
                    ids, mask, _ = pad([pieces[row] for row in rows], self.margins, self.pad_id)
                    mask = mask.to(place.device)
                    states, _ = self.run(ids.to(place.device), mask)
                    pooled = read_out(states, mask, readouts, self.margins).float().cpu().numpy()
                    np.add.at(out, owner[rows], pooled)
        finally:
            self.model.train(was)
        windows = np.bincount(owner, minlength=len(texts)).astype(np.float32)
        out /= windows[:, None, None]
        return out

    def _pieces(
        self, texts: Sequence[str], stride: int | None
    ) -> tuple[list[list[int]], NDArray[np.int64]]:
        if stride is None:
            ids = self.tokenise(texts)
            return ids, np.arange(len(ids))
        check_texts(texts)
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        self.tokenizer.no_truncation()
        try:
            whole = [one.ids or [0] for one in self.tokenizer.encode_batch(clean)]
        finally:
            self.tokenizer.enable_truncation(self.max_tokens)
        parts = [chunks(ids, self.max_tokens, stride, self.margins) for ids in whole]
        owner = np.repeat(np.arange(len(texts)), [len(part) for part in parts])
        return [piece for part in parts for piece in part], owner


def open_encoder(name_or_path: str | Path | None = None, max_tokens: int = 256) -> TextEncoder:
    """The encoder of that name, in float32 on the CPU: the bundled one, a folder, or a hub name.

    ``max_tokens`` is lowered to what the model has positions for. Raises UserError for anything
    that is not a text encoder.
    """
    from nanonet.encode.torch_model import load_model, probe_shape, token_limit

    source = find_source(name_or_path)
    model = load_model(source)
    layers, dim = probe_shape(model, source.name)
    limit = min(max_tokens, token_limit(model))
    if limit < 8:
        raise UserError(f"max_tokens is {limit}; it must be at least 8")
    tokenizer, files = _open_tokenizer(source)
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    margins = special_margins(tokenizer)
    return TextEncoder(source.name, model, tokenizer, margins, limit, layers, dim, files)


def _open_tokenizer(source: Source) -> tuple[Any, tuple[Path, ...]]:
    home = source.tokenizer_folder
    files = tuple(home / name for name in TOKENIZER_FILES if (home / name).is_file())
    if (home / "tokenizer.json").is_file():
        return open_tokenizer(home / "tokenizer.json"), files
    from transformers import AutoTokenizer

    try:
        whole = AutoTokenizer.from_pretrained(home, local_files_only=True, trust_remote_code=False)
        return whole.backend_tokenizer, files
    except Exception as error:
        raise UserError(
            f"the tokenizer of the encoder {source.name} has no fast form "
            f"({type(error).__name__}); save a tokenizer.json beside it"
        ) from error


def chunks(ids: Sequence[int], size: int, stride: int, margins: tuple[int, int]) -> list[list[int]]:
    """Windows of at most ``size`` tokens, each with the special tokens of the whole text.

    The content advances by ``stride`` tokens; the last window ends with the text.
    """
    before, after = margins
    room = size - before - after
    if not 1 <= stride <= room:
        raise UserError(f"the stride is {stride}; with {size} tokens it must be 1 to {room}")
    head, tail = list(ids[:before]), list(ids[len(ids) - after :])
    content = list(ids[before : len(ids) - after])
    starts = range(0, max(1, len(content) - room + stride), stride)
    return [head + content[start : start + room] + tail for start in starts]


def by_length(lengths: Sequence[int], size: int) -> Iterator[NDArray[np.int64]]:
    """Rows in batches of like length, longest first, so that memory runs out early or never."""
    order = np.argsort(-np.asarray(lengths), kind="stable")
    for start in range(0, len(order), size):
        yield order[start : start + size]
