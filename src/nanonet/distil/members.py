"""The members of a cohort: a teacher, micro students cut from it, and a nano student."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nanonet.distil.batch import Batch
from nanonet.distil.cut import cut_encoder, resolve_layers
from nanonet.distil.encoder import TextEncoder
from nanonet.distil.peft import Tuned, prepare
from nanonet.distil.reader import Output, Reader
from nanonet.encode import Readout
from nanonet.text import GramSpec

Named = list[tuple[str, nn.Parameter]]


class Member(Protocol):
    """What the loop asks of every member."""

    name: str

    @property
    def deployed_parameters(self) -> int:
        """How many numbers the trained member needs to predict."""

    @property
    def module(self) -> nn.Module:
        """Everything with parameters, to be moved to a device."""

    def forward(
        self, batch: Batch, embeds: Tensor | None = None, attentions: bool = False
    ) -> Output:
        """Logits, and states where there are any."""

    def logits(self, batch: Batch) -> Tensor:
        """[B, C]."""

    def parameters_trained(self) -> Named:
        """Every parameter that is trained, by a name unique within the member."""


@dataclass
class Teacher:
    """An encoder, tuned in part, with a linear head on unit-length readouts."""

    reader: Reader
    tuned: Tuned
    name: str = "teacher"

    @property
    def module(self) -> nn.Module:
        """The encoder and the head."""
        return self.reader

    @property
    def classes(self) -> int:
        """C."""
        return self.reader.head.out_features

    @property
    def deployed_parameters(self) -> int:
        """Parameters of the merged encoder and the head."""
        return self.reader.deployed_parameters()

    def forward(
        self, batch: Batch, embeds: Tensor | None = None, attentions: bool = False
    ) -> Output:
        """Logits [B, C] and the states of every layer."""
        output: Output = self.reader(batch, embeds, attentions)
        return output

    def logits(self, batch: Batch) -> Tensor:
        """[B, C]."""
        return self.forward(batch).logits

    def parameters_trained(self) -> Named:
        """Those of the encoder that the mode trains, and the head."""
        return _trained(self.reader)


@dataclass
class MicroStudent:
    """Some layers of the teacher, with a head of its own; ``layers`` counts in the teacher.

    project: [d, d], the learned map to the teacher's states; used in training only.
    """

    reader: Reader
    tuned: Tuned
    layers: tuple[int, ...]
    project: nn.Linear
    name: str = "micro"

    @property
    def module(self) -> nn.Module:
        """The encoder, the head and the projection."""
        return nn.ModuleDict({"reader": self.reader, "project": self.project})

    @property
    def classes(self) -> int:
        """C."""
        return self.reader.head.out_features

    @property
    def deployed_parameters(self) -> int:
        """Parameters of the merged encoder and the head, without the projection."""
        return self.reader.deployed_parameters()

    def forward(
        self, batch: Batch, embeds: Tensor | None = None, attentions: bool = False
    ) -> Output:
        """Logits [B, C] and the states of every layer."""
        output: Output = self.reader(batch, embeds, attentions)
        return output

    def logits(self, batch: Batch) -> Tensor:
        """[B, C]."""
        return self.forward(batch).logits

    def parameters_trained(self) -> Named:
        """Those of the encoder that the mode trains, the head and the projection."""
        return [*_trained(self.reader), *self.project.named_parameters(prefix="project")]


class NanoStudent(nn.Module):
    """logits = bias + (sum of the rows of the text's n-grams) / sqrt(number of its n-grams).

    As the runtime computes it, so the table can be quantised and shipped. keys: uint32 [V],
    ascending. Rows and bias start at zero.
    """

    def __init__(
        self, keys: NDArray[np.uint32], classes: int, spec: GramSpec, name: str = "nano"
    ) -> None:
        super().__init__()
        self.name, self.keys, self.spec = name, keys, spec
        self.rows = nn.EmbeddingBag(max(1, len(keys)), classes, mode="sum")
        nn.init.zeros_(self.rows.weight)
        self.bias = nn.Parameter(torch.zeros(classes))

    @property
    def module(self) -> nn.Module:
        """The table itself."""
        return self

    @property
    def deployed_parameters(self) -> int:
        """Rows and bias, before anything is pruned."""
        return self.rows.weight.numel() + self.bias.numel()

    def forward(
        self, batch: Batch, embeds: Tensor | None = None, attentions: bool = False
    ) -> Output:
        """Logits [B, C] from the batch's n-grams alone."""
        with torch.autocast(batch.grams.device.type, enabled=False):
            total = self.rows(batch.grams, batch.offsets)
            length = batch.sizes.to(total.dtype).sqrt().unsqueeze(-1)
            return Output(self.bias + total / length)

    def logits(self, batch: Batch) -> Tensor:
        """[B, C]."""
        return self.forward(batch).logits

    def parameters_trained(self) -> Named:
        """Rows and bias."""
        return list(self.named_parameters())

    def table(self) -> tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.float32]]:
        """(keys uint32 [V] ascending, rows float32 [V, C], bias float32 [C])."""
        rows = self.rows.weight.detach().cpu().numpy()[: len(self.keys)]
        return self.keys.copy(), rows.copy(), self.bias.detach().cpu().numpy().copy()


def make_teacher(
    encoder: TextEncoder, readouts: Sequence[Readout], classes: int, mode: str, **tuning: Any
) -> Teacher:
    """Tune ``encoder`` in place by ``mode``; cut students from it before this, not after."""
    reader = Reader(encoder, readouts, classes)
    tuned = prepare(encoder.model, mode, **tuning)
    return Teacher(reader, tuned)


def cut_student(
    encoder: TextEncoder,
    layers: Sequence[int],
    readouts: Sequence[Readout],
    classes: int,
    mode: str,
    **tuning: Any,
) -> MicroStudent:
    """A student of some of the encoder's layers; ``readouts`` count in the teacher's layers.

    A readout of a layer that the student lacks is taken from the student's last layer.
    """
    own = resolve_layers(layers, encoder.layers)
    cut = cut_encoder(encoder, own)
    reader = Reader(cut, student_readouts(readouts, own), classes)
    tuned = prepare(cut.model, mode, **tuning)
    project = nn.Linear(cut.dim, cut.dim, bias=False)
    nn.init.eye_(project.weight)
    return MicroStudent(reader, tuned, own, project, f"micro {own[0]}-{own[-1]}")


def student_readouts(readouts: Sequence[Readout], layers: Sequence[int]) -> tuple[Readout, ...]:
    """The teacher's readouts as a student of ``layers`` has them, without repeats."""
    place = {layer: number for number, layer in enumerate(layers, 1)}
    own = [Readout(place.get(r.layer, len(layers)), r.pooling) for r in readouts]
    return tuple(dict.fromkeys(own))


def _trained(reader: Reader) -> Named:
    return [(name, p) for name, p in reader.named_parameters() if p.requires_grad]
