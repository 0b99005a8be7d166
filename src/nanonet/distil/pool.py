"""From the states of an encoder's layers to one vector a text."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from nanonet.encode import POOLINGS, Readout
from nanonet.errors import UserError

_FAR = 1e4  # pushes padding below every activation in a max


def pool(state: Tensor, mask: Tensor, pooling: str, margins: tuple[int, int]) -> Tensor:
    """One layer's state [B, S, d] pooled to [B, d], as the encode room pools it."""
    if pooling == "mean":
        weight = mask.unsqueeze(-1).to(state.dtype)
        return (state * weight).sum(1) / weight.sum(1)
    if pooling == "max":
        return (state + (mask.unsqueeze(-1).to(state.dtype) - 1.0) * _FAR).max(1).values
    if pooling == "cls":
        return state[:, 0]
    count = mask.sum(1)
    rows = torch.arange(len(state), device=state.device)
    if pooling == "first":
        return state[rows, (count - 1).clamp(max=margins[0])]
    return state[rows, (count - 1 - margins[1]).clamp(min=0)]


def read_out(
    states: Sequence[Tensor], mask: Tensor, readouts: Sequence[Readout], margins: tuple[int, int]
) -> Tensor:
    """[B, R, d]: states[0] are the embeddings, states[l] the output of layer l."""
    parts = [pool(states[r.layer], mask, r.pooling, margins) for r in readouts]
    return torch.stack(parts, 1)


def features(pooled: Tensor) -> Tensor:
    """[B, R, d] -> [B, R * d]: each readout of unit length, side by side, as in a micro model."""
    return F.normalize(pooled.float(), dim=-1).flatten(1)


def check_readouts(readouts: Sequence[Readout], layers: int) -> tuple[Readout, ...]:
    """The readouts, or UserError where a layer or a pooling does not exist."""
    if not readouts:
        raise UserError("no readout was given; give at least one, such as Readout(6, 'mean')")
    for readout in readouts:
        if readout.pooling not in POOLINGS or not 1 <= readout.layer <= layers:
            raise UserError(
                f"there is no readout '{readout}' here; layers are 1 to {layers}, "
                f"poolings {', '.join(POOLINGS)}"
            )
    return tuple(readouts)
