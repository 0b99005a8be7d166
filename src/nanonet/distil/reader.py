"""An encoder with a linear head on some of its readouts: what teacher and micro students share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nanonet.distil.batch import Batch
from nanonet.distil.encoder import TextEncoder
from nanonet.distil.peft import LowRankLinear
from nanonet.distil.pool import check_readouts, features, read_out
from nanonet.encode import Readout


@dataclass(frozen=True)
class Output:
    """logits float32 [B, C]; states: embeddings and each layer [B, S, d]; attentions, if asked for.

    A nano student has neither states nor attentions.
    """

    logits: Tensor
    states: tuple[Tensor, ...] = ()
    attentions: tuple[Tensor, ...] = ()


class Reader(nn.Module):
    """logits = head(readouts, each of unit length); the head starts at zero."""

    def __init__(self, encoder: TextEncoder, readouts: Sequence[Readout], classes: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.model = encoder.model
        self.readouts = check_readouts(readouts, encoder.layers)
        self.head = nn.Linear(len(self.readouts) * encoder.dim, classes)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(
        self, batch: Batch, embeds: Tensor | None = None, attentions: bool = False
    ) -> Output:
        """Run the encoder (without a graph where nothing in it is trained) and the head."""
        trained = embeds is not None or any(p.requires_grad for p in self.model.parameters())
        with torch.set_grad_enabled(trained and torch.is_grad_enabled()):
            states, attention = self.encoder.run(batch.ids, batch.mask, embeds, attentions)
        pooled = read_out(states, batch.mask, self.readouts, self.encoder.margins)
        return Output(self.score(features(pooled)), states, attention)

    def score(self, values: Tensor) -> Tensor:
        """The head alone, on features [B, R * d]; always in float32."""
        with torch.autocast(values.device.type, enabled=False):
            logits: Tensor = self.head(values.float())
        return logits

    def deployed_parameters(self) -> int:
        """Parameters of the merged model and its head, without the pooler, which nobody reads."""
        updates = [m for m in self.model.modules() if isinstance(m, LowRankLinear)]
        low_rank = sum(m.a.numel() + m.b.numel() for m in updates)
        whole = sum(p.numel() for n, p in self.named_parameters() if "pooler" not in n.split("."))
        return whole - low_rank

    def head_arrays(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(head [R * d, C], bias [C]) float32, laid out as a micro artefact has them."""
        head = self.head.weight.detach().float().cpu().numpy().T
        return np.ascontiguousarray(head), self.head.bias.detach().float().cpu().numpy().copy()
