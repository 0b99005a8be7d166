"""What members read: one padded batch of token ids, and the same texts as bags of n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """B texts, seen both ways.

    ids, mask: whole numbers [B, S], mask 1 for tokens and 0 for padding. special: bool [B, S],
    tokens that no view may touch (the tokenizer's own and padding). grams: whole numbers, the known
    n-grams of all texts one after another; offsets: [B], where each text's begin; sizes: [B], how
    many n-grams each text has, unknown ones included. pad_id: what fills ids where mask is 0.
    """

    ids: Tensor
    mask: Tensor
    special: Tensor
    grams: Tensor
    offsets: Tensor
    sizes: Tensor
    pad_id: int = 0

    def __len__(self) -> int:
        return len(self.ids)

    def to(self, device: torch.device) -> Batch:
        """The same batch on ``device``."""
        return Batch(
            self.ids.to(device),
            self.mask.to(device),
            self.special.to(device),
            self.grams.to(device),
            self.offsets.to(device),
            self.sizes.to(device),
            self.pad_id,
        )


def pad(
    ids: Sequence[Sequence[int]], margins: tuple[int, int], pad_id: int
) -> tuple[Tensor, Tensor, Tensor]:
    """(ids, mask, special) of token lists; ``margins``: special tokens before and after a text.

    Padding carries the model's own pad id, as RoBERTa derives positions from it.
    """
    lengths = torch.tensor([len(one) for one in ids])
    width = int(lengths.max()) if len(ids) else 0
    rows = torch.full((len(ids), width), pad_id)
    for row, one in enumerate(ids):
        rows[row, : len(one)] = torch.tensor(one)
    place = torch.arange(width)[None, :]
    mask = place < lengths[:, None]
    before, after = margins
    special = (place < before) | (place >= lengths[:, None] - after)
    return rows, mask.long(), special


def no_grams(rows: int) -> tuple[Tensor, Tensor, Tensor]:
    """(grams, offsets, sizes) of a batch whose n-grams nobody reads."""
    return torch.zeros(0).long(), torch.zeros(rows).long(), torch.ones(rows).long()
