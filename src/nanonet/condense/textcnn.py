"""The networks of ``li-li`` as functions of their parameters, so that training can be unrolled.

``TextCnn`` is Kim's text CNN (EMNLP 2014) in the form of Li & Li (arXiv 2104.08448): filters over
two and three words, the largest answer of each, one hidden layer. ``Bag`` is the mean of the word
vectors and one hidden layer. Imports torch: import it late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

Parameters = tuple[Tensor, ...]


class Network(Protocol):
    """A network without state."""

    def start(self, seed: int) -> Parameters:
        """Fresh parameters; the same seed, the same bits."""

    def logits(self, parameters: Parameters, x: Tensor) -> Tensor:
        """Logits [n, C] of word vectors [n, L, width]."""


@dataclass(frozen=True)
class Bag:
    """Mean over the words, one hidden layer. ``width`` of a word vector."""

    width: int
    classes: int
    hidden: int = 64

    def start(self, seed: int) -> Parameters:
        """Fresh parameters; the same seed, the same bits."""
        source = torch.Generator().manual_seed(seed)
        inner = torch.randn(self.width, self.hidden, generator=source) * (2.0 / self.width) ** 0.5
        outer = torch.randn(self.hidden, self.classes, generator=source) / self.hidden**0.5
        return inner, torch.zeros(self.hidden), 0.1 * outer, torch.zeros(self.classes)

    def logits(self, parameters: Parameters, x: Tensor) -> Tensor:
        """Logits [n, C] of word vectors [n, L, width]."""
        inner, bias_inner, outer, bias_outer = parameters
        return F.relu(x.mean(dim=1) @ inner + bias_inner) @ outer + bias_outer


@dataclass(frozen=True)
class TextCnn:
    """Sizes of the network: ``width`` of a word vector, ``filters`` of each kind, ``hidden``."""

    width: int
    classes: int
    filters: int = 64
    hidden: int = 64

    def start(self, seed: int) -> Parameters:
        """Fresh parameters; the same seed, the same bits."""
        source = torch.Generator().manual_seed(seed)

        def drawn(*shape: int, fan: int) -> Tensor:
            return torch.randn(*shape, generator=source) * (2.0 / fan) ** 0.5

        f, h = self.filters, self.hidden
        return (
            drawn(f, self.width, 2, fan=2 * self.width),
            torch.zeros(f),
            drawn(f, self.width, 3, fan=3 * self.width),
            torch.zeros(f),
            drawn(2 * f, h, fan=2 * f),
            torch.zeros(h),
            drawn(h, self.classes, fan=h) * 0.1,
            torch.zeros(self.classes),
        )

    def logits(self, parameters: Parameters, x: Tensor) -> Tensor:
        """Logits [n, C] of word vectors [n, L, width]."""
        two, bias_two, three, bias_three, inner, bias_inner, outer, bias_outer = parameters
        columns = x.transpose(1, 2)
        first = F.relu(F.conv1d(columns, two, bias_two)).amax(dim=2)
        second = F.relu(F.conv1d(columns, three, bias_three)).amax(dim=2)
        hidden = F.relu(torch.cat([first, second], dim=1) @ inner + bias_inner)
        return hidden @ outer + bias_outer


def full_training(
    net: Network, x: Tensor, y: Tensor, seed: int, epochs: int = 4, batch: int = 128
) -> Parameters:
    """The same network trained on everything with Adam: what a distilled set is measured against.

    x: word vectors [n, L, width]; y: classes [n].
    """
    parameters = tuple(p.requires_grad_() for p in net.start(seed))
    optimiser = torch.optim.Adam(parameters, lr=2e-3)
    source = torch.Generator().manual_seed(seed + 1)
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=source).split(batch):
            loss = F.cross_entropy(net.logits(parameters, x[rows]), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return tuple(p.detach() for p in parameters)
